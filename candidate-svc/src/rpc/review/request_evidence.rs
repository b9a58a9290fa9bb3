use countersign_api::candidate::v1::{RequestEvidenceRequest, RequestEvidenceResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Asks for evidence.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<RequestEvidenceRequest>,
) -> Result<Response<RequestEvidenceResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "request_evidence", &request.name, &request.request_id, &request)?;
    let command = command::request_evidence(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(RequestEvidenceResponse { candidate }))
}
