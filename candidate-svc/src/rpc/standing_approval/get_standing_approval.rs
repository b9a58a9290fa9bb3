use countersign_api::{
    candidate::v1::{GetStandingApprovalRequest, GetStandingApprovalResponse},
    name::StandingApprovalName,
};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, status},
    wire::{name_of, standing_approval},
};

/// Reads one standing approval.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GetStandingApprovalRequest>,
) -> Result<Response<GetStandingApprovalResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: StandingApprovalName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;
    let found = parts.reader(&call).standing_approval(&name).await?;
    let found = found.ok_or_else(|| status::not_found("standing approval", &name))?;
    let standing_approval = Some(standing_approval::to_wire(&found, parts.now()));
    Ok(Response::new(GetStandingApprovalResponse { standing_approval }))
}
