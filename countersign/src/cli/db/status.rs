use clap::Args;

use super::standing;
use crate::app::{candidates_place, ledger_place};
use crate::cli::Context;
use crate::cli::databases::Databases;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign db status
  countersign db status --data-dir /var/lib/countersign --json";

/// Shows how each database's schema stands to this program: which migration ran last, which is the newest one here, and what to do.
/// Nothing is changed, a standby is enough, and servers may run. Ends with 1 where this release would refuse to start.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Status {
    #[command(flatten)]
    databases: Databases,
}

impl Status {
    /// Shows it.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when a database can not be read; [`Failure::Finding`] when one is of another release.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let data_dir = &context.place.data_dir;
        let candidates = candidates_place::find(data_dir, self.databases.candidates()?);
        let candidates = candidates.map_err(Failure::Unreachable)?;
        let ledger = ledger_place::find(data_dir, &self.databases.ledger()?).map_err(Failure::Unreachable)?;
        standing::show(context, &standing::read(&candidates, &ledger).await?)
    }
}
