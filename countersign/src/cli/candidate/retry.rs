use clap::Args;
use countersign_api::candidate::v1::RetryExecutionRequest;

use super::approve::Consent;
use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate retry 6d1f6c7a9a55 --yes --note 'The CRM is back'";

/// Orders another try of the same bytes: an approval like any other.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Retry {
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    consent: Consent,
    /// Words for the record.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

impl Retry {
    /// Orders it.
    ///
    /// # Errors
    /// As approving.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, consent, note } = self;
        decision
            .take_with(context, consent.needs(), async |session, seen| {
                let question = "Try exactly this again?";
                let Some(digest) = consent.obtain(context, session, &seen.candidate, question).await? else {
                    return Ok(None);
                };
                let Seen { name, etag, request_id, .. } = seen;
                let acknowledged_conflicts = consent.acknowledged(session).await?;
                let request = RetryExecutionRequest { name, request_id, etag, digest, note, acknowledged_conflicts };
                Ok(session.review().retry_execution(request).await?.into_inner().candidate)
            })
            .await
    }
}
