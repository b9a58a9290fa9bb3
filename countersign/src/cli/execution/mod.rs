//! `countersign execution`: acts as an executor of one's own, by hand or from a script, a file each.

mod claim;
mod extend;
mod permit_text;
mod report;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;
use crate::session::{Caller, Missing, Needs};

const EXAMPLES: &str = "\
Examples:
  countersign execution claim --action-type create_task --limit 5 --json > permits.jsonl
  countersign execution extend 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --lease 300
  countersign execution report 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --succeeded --reference crm/task/T-42";

/// What an executor can ask for.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Execution {
    /// Claims what is approved and on record, and verifies each permit.
    Claim(claim::Claim),
    /// Asks for more time under a claim.
    Extend(extend::Extend),
    /// Says how an attempt ended.
    Report(report::Report),
}

impl Execution {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Claim(claim) => claim.run(context).await,
            Self::Extend(extend) => extend.run(context).await,
            Self::Report(report) => report.run(context).await,
        }
    }
}

/// Returns what the commands need of the services: a service's token.
fn as_executor() -> Needs {
    Needs { caller: Caller::LocalExecutor, ..Needs::from(Missing::Refuse) }
}
