use countersign_api::candidate::v1::{EditCandidateRequest, EditCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Changes the payload. A request that comes again draws a nonce in vain: the answer shows the first one's.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<EditCandidateRequest>,
) -> Result<Response<EditCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let compared = command::edit_as_compared(&request);
    let order = Order::read(&call, "edit", &request.name, &request.request_id, &compared)?;
    let command = command::edit(request, parts.draw_nonce())?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(EditCandidateResponse { candidate }))
}
