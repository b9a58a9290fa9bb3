//! `countersign delegation`: whose turn passes to whom, for a while.

mod create;
mod end;
mod list;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign delegation create --to humans/ben --end 2026-12-07 --note 'On leave'
  countersign delegation list
  countersign delegation end 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";

/// What can be done with delegations.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Delegation {
    /// Passes a turn to another person until an end.
    Create(create::Create),
    /// Lists delegations that have not ended, the next to end first.
    List(list::List),
    /// Ends one early.
    End(end::End),
}

impl Delegation {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(create) => create.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::End(end) => end.run(context).await,
        }
    }
}
