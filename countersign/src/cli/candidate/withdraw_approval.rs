use clap::Args;
use countersign_api::candidate::v1::WithdrawApprovalRequest;

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate withdraw-approval 6d1f6c7a9a55 --note 'The customer called'";

/// Takes your approval back, as long as nobody has begun to execute it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct WithdrawApproval {
    #[command(flatten)]
    decision: Decision,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl WithdrawApproval {
    /// Takes it back.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, note } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = WithdrawApprovalRequest { name, request_id, etag, note };
                Ok(session.review().withdraw_approval(request).await?.into_inner().candidate)
            })
            .await
    }
}
