use countersign_api::candidate::v1::{SettleOutcomeRequest, SettleOutcomeResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Says what was found out about an unknown outcome.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<SettleOutcomeRequest>,
) -> Result<Response<SettleOutcomeResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "settle", &request.name, &request.request_id, &request)?;
    let command = command::settle(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(SettleOutcomeResponse { candidate }))
}
