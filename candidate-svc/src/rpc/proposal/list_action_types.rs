use countersign_api::candidate::v1::{ListActionTypesRequest, ListActionTypesResponse};
use tonic::{Request, Response, Status};

use crate::{rpc::Parts, wire};

/// Lists what can be proposed.
pub(super) fn handle(
    parts: &Parts,
    request: Request<ListActionTypesRequest>,
) -> Result<Response<ListActionTypesResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    Parts::workspace(&call, &request.parent)?;
    let action_types = parts.catalogue.iter().map(wire::action_type::to_wire).collect();
    Ok(Response::new(ListActionTypesResponse { action_types }))
}
