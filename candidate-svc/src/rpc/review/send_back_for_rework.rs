use countersign_api::candidate::v1::{SendBackForReworkRequest, SendBackForReworkResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Sends an executed or failed candidate back.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<SendBackForReworkRequest>,
) -> Result<Response<SendBackForReworkResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "send_back", &request.name, &request.request_id, &request)?;
    let command = command::send_back(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(SendBackForReworkResponse { candidate }))
}
