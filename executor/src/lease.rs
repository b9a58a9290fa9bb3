use std::{sync::Arc, time::Duration};

use countersign_api::candidate::v1::{ExtendClaimRequest, execution_service_client::ExecutionServiceClient};
use jiff::Timestamp;
use service_kit::{clock::Clock, grpc::AuthorizedChannel};
use tonic::{Code, Status};

use crate::{
    answer::is_final,
    backoff::Backoff,
    deadline::{self, TooLate},
    permit::{Claim, to_timestamp},
};

/// Sees to it that a call can end, and be reported, while its claim holds.
#[derive(Debug, Clone)]
pub(crate) struct Leases {
    pub client: ExecutionServiceClient<AuthorizedChannel>,
    pub clock: Arc<dyn Clock>,
    /// What a claim is extended to.
    pub lease: Duration,
    /// What must be left for one call and its report.
    pub call_needs: Duration,
}

/// Why nothing may be called under a claim any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The server says that the claim is not ours: another one was made, or it was settled.
    Taken { code: Code },
    /// The claim's time was over before an extension was answered.
    Lapsed,
}

impl Leases {
    /// Returns when the claim lapses, after extending it where too little is left for a call.
    pub(crate) async fn ensure(&self, claim: &Claim, lease_expire_at: Timestamp) -> Result<Timestamp, Lost> {
        let now = self.clock.now();
        if lease_expire_at >= now + self.call_needs {
            return Ok(lease_expire_at);
        }
        // The moment makes the id new for every extension and the same for its retries.
        let request = ExtendClaimRequest {
            name: claim.candidate.to_string(),
            request_id: format!("extend/{}/{}/{}", claim.candidate.id, claim.fence, now.as_microsecond()),
            fence: claim.fence,
            lease: Some(self.lease.try_into().expect("invariant: a checked lease is at most 15 min")),
        };
        // A lapsed claim gets one answer's time: the server may not have taken note of it yet.
        let patience = lease_expire_at.max(now + self.call_needs);
        match deadline::by(&*self.clock, patience, self.extend(request)).await {
            Ok(Ok(until)) if until >= self.clock.now() + self.call_needs => Ok(until),
            Ok(Ok(_)) | Err(TooLate) => Err(Lost::Lapsed),
            Ok(Err(status)) => Err(Lost::Taken { code: status.code() }),
        }
    }

    async fn extend(&self, request: ExtendClaimRequest) -> Result<Timestamp, Status> {
        let mut backoff = Backoff::new(Arc::clone(&self.clock));
        loop {
            match self.client.clone().extend_claim(request.clone()).await {
                Ok(answer) => {
                    let until = answer.into_inner().lease_expire_time.and_then(to_timestamp);
                    return Ok(until.unwrap_or(Timestamp::MIN));
                }
                Err(status) if is_final(status.code()) => return Err(status),
                Err(status) => tracing::debug!(code = ?status.code(), "a claim is not extended yet"),
            }
            backoff.wait().await;
        }
    }
}
