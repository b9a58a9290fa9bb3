use countersign_api::candidate::v1::{HoldCandidateRequest, HoldCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Puts aside.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<HoldCandidateRequest>,
) -> Result<Response<HoldCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "hold", &request.name, &request.request_id, &request)?;
    let command = command::hold(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(HoldCandidateResponse { candidate }))
}
