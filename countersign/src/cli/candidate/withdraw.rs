use clap::Args;
use countersign_api::candidate::v1::WithdrawCandidateRequest;

use super::decision::{Decision, Seen};
use super::id;
use crate::cli::Context;
use crate::failure::Failure;
use crate::session::{Caller, Missing, Needs};

const EXAMPLES: &str = "\
Examples:
  countersign candidate withdraw 6d1f6c7a9a55 --reason 'The customer has answered' --token-file generator.token";

/// Takes a proposal back; only its proposer can.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Withdraw {
    #[command(flatten)]
    decision: Decision,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The candidate that replaces it.
    #[arg(long, value_name = "ID")]
    superseded_by: Option<String>,
}

impl Withdraw {
    /// Withdraws it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, reason, superseded_by } = self;
        let needs = Needs { caller: Caller::LocalProposer, ..Needs::from(Missing::Refuse) };
        decision
            .take_with(context, needs, async |session, seen| {
                let superseded_by = match superseded_by {
                    Some(text) => id::find(session, &text).await?.to_string(),
                    None => String::new(),
                };
                let Seen { name, etag, request_id, .. } = seen;
                let request = WithdrawCandidateRequest { name, request_id, etag, reason, superseded_by };
                Ok(session.proposals().withdraw_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}
