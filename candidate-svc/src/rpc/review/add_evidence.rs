use countersign_api::candidate::v1::{AddEvidenceRequest, AddEvidenceResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::command,
};

/// Adds evidence; proposers only to their own candidates, which the domain judges.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<AddEvidenceRequest>,
) -> Result<Response<AddEvidenceResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "add_evidence", &request.name, &request.request_id, &request)?;
    let command = command::add_evidence(request)?;
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(AddEvidenceResponse { candidate }))
}
