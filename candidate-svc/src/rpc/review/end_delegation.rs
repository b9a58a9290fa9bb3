use countersign_api::{
    candidate::v1::{EndDelegationRequest, EndDelegationResponse},
    name::DelegationName,
};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order},
    store::{DelegationJob, DelegationOrder},
    wire::{delegation, name_of},
};

/// Ends a delegation early.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<EndDelegationRequest>,
) -> Result<Response<EndDelegationResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: DelegationName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;
    let ask = order::ask(&call, "end_delegation", &request.request_id, &request)?;
    let workspace = name.workspace.clone();
    let order = DelegationOrder::End { name, note: request.note };
    let ended = parts.store.delegate(DelegationJob { ask, workspace, order }).await?;
    Ok(Response::new(EndDelegationResponse { delegation: Some(delegation::to_wire(&ended)) }))
}
