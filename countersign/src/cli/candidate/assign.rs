use clap::Args;
use countersign_api::candidate::v1::AssignOwnerRequest;

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate assign 6d1f6c7a9a55 --owner humans/anna --note 'Her account'";

/// Gives a candidate an owner.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Assign {
    #[command(flatten)]
    decision: Decision,
    /// The owner, e.g. `humans/anna`.
    #[arg(long, value_name = "PRINCIPAL")]
    owner: String,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl Assign {
    /// Assigns it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, owner, note } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = AssignOwnerRequest { name, request_id, etag, owner, note };
                Ok(session.review().assign_owner(request).await?.into_inner().candidate)
            })
            .await
    }
}
