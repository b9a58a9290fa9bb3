//! `countersign standing-approval`: approves narrow categories ahead, and takes that back.

mod grant;
mod list;
mod named;
mod revoke;
mod show;
mod text;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign standing-approval grant --action-type add_note --proposer generators/crm-rules --limit 200 --until 2026-12-31 --reason 'Never one wrong'
  countersign standing-approval list --active
  countersign standing-approval revoke 6d1f6c7a9a55 --reason 'One of the notes was wrong'";

/// What can be done with standing approvals.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum StandingApproval {
    /// Approves a narrow category ahead: of low risk and high confidence only, capped, time-boxed, sampled.
    Grant(grant::Grant),
    /// Lists them, newest first.
    List(list::List),
    /// Shows one.
    Show(show::Show),
    /// Takes one back at once, with what it approved and nobody claimed.
    Revoke(revoke::Revoke),
}

impl StandingApproval {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Grant(grant) => grant.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Show(show) => show.run(context).await,
            Self::Revoke(revoke) => revoke.run(context).await,
        }
    }
}
