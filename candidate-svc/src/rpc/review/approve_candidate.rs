use countersign_api::candidate::v1::{ApproveCandidateRequest, ApproveCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Approves exactly the bytes whose digest the request carries.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ApproveCandidateRequest>,
) -> Result<Response<ApproveCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "approve", &request.name, &request.request_id, &request)?;
    let command = command::approve(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(ApproveCandidateResponse { candidate }))
}
