use countersign_api::candidate::v1::{ReleaseCandidateRequest, ReleaseCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Ends a hold.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ReleaseCandidateRequest>,
) -> Result<Response<ReleaseCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "release", &request.name, &request.request_id, &request)?;
    let command = command::release(&request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(ReleaseCandidateResponse { candidate }))
}
