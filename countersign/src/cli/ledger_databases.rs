use clap::Args;

use crate::app::ledger_place::NamedPlace;
use crate::failure::Failure;

/// Where the ledger is, where it is not in the data folder. Read by hand, so that no password is shown as a wrong value.
#[derive(Debug, Clone, Args)]
pub struct LedgerDatabases {
    /// The database that holds the ledger: `postgres://USER@HOST/DATABASE`, or a SQLite file other than the data folder's. A password is
    /// better left to `PGPASSWORD` or `~/.pgpass`, where no list of processes shows it.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_LEDGER_DATABASE_URL", hide_env_values = true)]
    ledger_database_url: Option<String>,
    /// The database that holds the keys of the ledger's contents, on another server than the ledger's, whose backups must not hold them.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_CONTENT_KEYS_DATABASE_URL", hide_env_values = true)]
    content_keys_database_url: Option<String>,
}

impl LedgerDatabases {
    /// Reads what was named.
    ///
    /// # Errors
    /// [`Failure::Usage`] for what names no database.
    pub fn named(&self) -> Result<NamedPlace, Failure> {
        let named = NamedPlace::parse(self.ledger_database_url.as_deref(), self.content_keys_database_url.as_deref());
        named.map_err(|error| Failure::usage(format!("{error:#}")))
    }
}
