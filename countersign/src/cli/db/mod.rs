//! `countersign db`: how the schemas of the databases stand, and bringing them up to date.

mod migrate;
mod standing;
mod status;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign db status
  countersign db status --database-url postgres://countersign@db.example/candidates --json
  countersign db migrate";

/// What can be done with the databases of candidates, ledger and content keys.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Db {
    /// Shows how each database's schema stands to this program; changes nothing, also while servers run.
    Status(status::Status),
    /// Brings the schemas up to date, as every start of `countersign serve` does, and serves nobody.
    Migrate(migrate::Migrate),
}

impl Db {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Status(status) => status.run(context).await,
            Self::Migrate(migrate) => migrate.run(context).await,
        }
    }
}
