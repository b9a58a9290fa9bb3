use clap::Args;
use countersign_api::candidate::v1::RequestEvidenceRequest;

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate request-evidence 6d1f6c7a9a55 --question 'Which price list was used?' --kind record_field";

/// Asks for evidence; until it comes, nobody can approve.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct RequestEvidence {
    #[command(flatten)]
    decision: Decision,
    /// The question.
    #[arg(long, value_name = "TEXT")]
    question: String,
    /// A kind of evidence that would answer it, e.g. `record_field`; without one, any does.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
}

impl RequestEvidence {
    /// Asks.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, question, kinds } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = RequestEvidenceRequest { name, request_id, etag, question, kinds };
                Ok(session.review().request_evidence(request).await?.into_inner().candidate)
            })
            .await
    }
}
