use countersign_api::{
    candidate::v1::{DelegateReviewsRequest, DelegateReviewsResponse},
    name::DelegationName,
};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order},
    store::{DelegationJob, DelegationOrder},
    wire::delegation,
};

/// Passes a person's turn to another for a while.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<DelegateReviewsRequest>,
) -> Result<Response<DelegateReviewsResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let ask = order::ask(&call, "delegate_reviews", &request.request_id, &request)?;
    let name = DelegationName::new(workspace.clone(), parts.draw_id());
    let order = DelegationOrder::Make(delegation::delegate_from_wire(request, name)?);
    let made = parts.store.delegate(DelegationJob { ask, workspace, order }).await?;
    Ok(Response::new(DelegateReviewsResponse { delegation: Some(delegation::to_wire(&made)) }))
}
