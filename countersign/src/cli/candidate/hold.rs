use clap::Args;
use countersign_api::candidate::v1::HoldCandidateRequest;
use prost_types::Timestamp;

use super::decision::{Decision, Seen};
use super::time::parse_time;
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate hold 6d1f6c7a9a55 --reason 'They are on holiday' --until 2026-12-02
  countersign candidate hold 6d1f6c7a9a55 --reason 'Wait for the contract' --until-evidence";

/// Puts a candidate aside. Without an end, until somebody releases it; time alone never approves.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Hold {
    #[command(flatten)]
    decision: Decision,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Until when.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Option<Timestamp>,
    /// New evidence releases it.
    #[arg(long)]
    until_evidence: bool,
}

impl Hold {
    /// Holds it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, reason, until: until_time, until_evidence } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = HoldCandidateRequest { name, request_id, etag, reason, until_time, until_evidence };
                Ok(session.review().hold_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}
