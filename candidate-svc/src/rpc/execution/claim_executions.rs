use countersign_api::candidate::v1::{ClaimExecutionsRequest, ClaimExecutionsResponse};
use futures::stream::{self, BoxStream};
use tonic::{Request, Status};

use super::{claim_request::ClaimRequest, claimer::Claimer};
use crate::rpc::{Parts, until_drained::until_drained};

/// Hands out permits as approvals are recorded, each after its claim's commit.
pub(super) fn handle(
    parts: &Parts,
    request: Request<ClaimExecutionsRequest>,
) -> Result<BoxStream<'static, Result<ClaimExecutionsResponse, Status>>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let request = ClaimRequest::read(workspace, &request, &parts.catalogue)?;
    let claimer = Claimer::new(parts.clone(), &call, request);
    let permits = stream::try_unfold(claimer, |mut claimer| async move {
        let permit = claimer.next().await?;
        Ok(permit.map(|permit| (ClaimExecutionsResponse { permit: Some(permit.into_wire()) }, claimer)))
    });
    Ok(until_drained(permits, parts.shutdown.clone()))
}
