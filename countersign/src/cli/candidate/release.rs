use clap::Args;
use countersign_api::candidate::v1::ReleaseCandidateRequest;

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate release 6d1f6c7a9a55";

/// Ends a hold; the candidate is again what it was before.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Release {
    #[command(flatten)]
    decision: Decision,
}

impl Release {
    /// Releases it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        self.decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = ReleaseCandidateRequest { name, request_id, etag };
                Ok(session.review().release_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}
