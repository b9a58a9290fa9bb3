use countersign_api::candidate::v1::{WithdrawApprovalRequest, WithdrawApprovalResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Takes the caller's approval back.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<WithdrawApprovalRequest>,
) -> Result<Response<WithdrawApprovalResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "withdraw_approval", &request.name, &request.request_id, &request)?;
    let command = command::withdraw_approval(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(WithdrawApprovalResponse { candidate }))
}
