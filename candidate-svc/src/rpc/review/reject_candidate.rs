use countersign_api::candidate::v1::{RejectCandidateRequest, RejectCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Refuses.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<RejectCandidateRequest>,
) -> Result<Response<RejectCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "reject", &request.name, &request.request_id, &request)?;
    let command = command::reject(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(RejectCandidateResponse { candidate }))
}
