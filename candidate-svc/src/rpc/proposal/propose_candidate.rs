use countersign_api::candidate::v1::{ProposeCandidateRequest, ProposeCandidateResponse};
use prost::Message;
use tonic::{Request, Response, Status};

use super::take;
use crate::{rpc::Parts, wire};

/// Proposes one action; answered after the commit.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ProposeCandidateRequest>,
) -> Result<Response<ProposeCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    take::check_length(request.encoded_len())?;
    let job = take::proposal(parts, &call, &workspace, &request.request_id, request.proposal).await?;
    let changed = parts.store.propose(job).await?;
    let candidate = Some(wire::candidate::to_wire(&changed.candidate));
    Ok(Response::new(ProposeCandidateResponse { candidate, replayed: changed.replayed }))
}
