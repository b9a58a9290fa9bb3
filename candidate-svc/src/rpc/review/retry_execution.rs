use countersign_api::candidate::v1::{RetryExecutionRequest, RetryExecutionResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Orders another try: an approval like any other.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<RetryExecutionRequest>,
) -> Result<Response<RetryExecutionResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "retry", &request.name, &request.request_id, &request)?;
    let command = command::retry(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(RetryExecutionResponse { candidate }))
}
