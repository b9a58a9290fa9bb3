use countersign_api::candidate::v1::{AssignOwnerRequest, AssignOwnerResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Gives it an owner.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<AssignOwnerRequest>,
) -> Result<Response<AssignOwnerResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "assign_owner", &request.name, &request.request_id, &request)?;
    let command = command::assign_owner(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(AssignOwnerResponse { candidate }))
}
