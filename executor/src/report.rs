use std::sync::Arc;

use countersign_api::candidate::v1::{ReportOutcomeRequest, execution_service_client::ExecutionServiceClient};
use service_kit::{clock::Clock, grpc::AuthorizedChannel};

use crate::{answer::is_final, backoff::Backoff, outcome::Outcome, permit::Claim};

/// Reports how attempts ended, as often as it takes.
#[derive(Debug, Clone)]
pub(crate) struct Reporter {
    pub client: ExecutionServiceClient<AuthorizedChannel>,
    pub clock: Arc<dyn Clock>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reported {
    /// The candidate has it.
    Kept,
    /// The candidate went on without it, e.g. under another claim.
    Refused,
}

impl Reporter {
    /// Reports an outcome until it is answered. The same claim always reports under the same request id.
    ///
    /// A crash before the answer leaves a claim that lapses or is issued again; one after it leaves nothing to do.
    pub(crate) async fn report(&self, claim: &Claim, outcome: Outcome) -> Reported {
        let request = ReportOutcomeRequest {
            name: claim.candidate.to_string(),
            request_id: request_id(claim),
            fence: claim.fence,
            outcome: Some(outcome.into_request()),
        };
        let mut backoff = Backoff::new(Arc::clone(&self.clock));
        loop {
            match self.client.clone().report_outcome(request.clone()).await {
                Ok(answer) => {
                    let state = answer.into_inner().state();
                    tracing::debug!(candidate = %claim.candidate, fence = claim.fence, ?state, "an outcome is reported");
                    return Reported::Kept;
                }
                Err(status) if is_final(status.code()) => {
                    let (code, reason) = (status.code(), status.message());
                    tracing::warn!(candidate = %claim.candidate, fence = claim.fence, ?code, reason, "a report is refused");
                    return Reported::Refused;
                }
                Err(status) => {
                    let (code, reason) = (status.code(), status.message());
                    tracing::info!(candidate = %claim.candidate, fence = claim.fence, ?code, reason, "a report waits");
                }
            }
            backoff.wait().await;
        }
    }
}

fn request_id(claim: &Claim) -> String {
    format!("report/{}/{}", claim.candidate.id, claim.fence)
}
