use clap::Args;
use service_kit::database::Location;

use super::ledger_databases::LedgerDatabases;
use crate::app::candidates_place;
use crate::app::ledger_place::NamedPlace;
use crate::failure::Failure;

/// Where candidates and ledger are, where they are not in the data folder.
#[derive(Debug, Clone, Args)]
pub struct Databases {
    /// The database that holds the candidates: `postgres://USER@HOST/DATABASE`, which several processes may share, or a SQLite file other
    /// than the data folder's. A password belongs into `PGPASSWORD` or `~/.pgpass`, not here.
    // Read by hand: whoever refuses an option repeats what it says, and there may be a password in this one.
    #[arg(long, value_name = "URL", env = candidates_place::VARIABLE, hide_env_values = true)]
    database_url: Option<String>,
    #[command(flatten)]
    ledger: LedgerDatabases,
}

impl Databases {
    /// Reads where the candidates are; none where nobody says.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what names no database.
    pub fn candidates(&self) -> Result<Option<Location>, Failure> {
        let named = candidates_place::read("--database-url", self.database_url.as_deref());
        named.map_err(|error| Failure::usage(format!("{error:#}")))
    }

    /// Reads where the ledger is.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what names no database.
    pub fn ledger(&self) -> Result<NamedPlace, Failure> {
        self.ledger.named()
    }
}
