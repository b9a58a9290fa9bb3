use countersign_api::{
    candidate::v1::{RevokeStandingApprovalRequest, RevokeStandingApprovalResponse},
    name::StandingApprovalName,
};
use tonic::{Request, Response, Status};

use crate::{
    domain::RevokeStandingApproval,
    rpc::{Parts, order},
    store::{StandingJob, StandingOrder},
    wire::{name_of, standing_approval},
};

/// Takes back an approval that was given ahead, and what it approved and nobody claimed.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<RevokeStandingApprovalRequest>,
) -> Result<Response<RevokeStandingApprovalResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: StandingApprovalName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;
    let ask = order::ask(&call, "revoke_standing_approval", &request.request_id, &request)?;
    let command = RevokeStandingApproval { reason: request.reason };
    let revoked = parts.store.stand(StandingJob { ask, order: StandingOrder::Revoke { name, command } }).await?;
    let standing_approval = Some(standing_approval::to_wire(&revoked, parts.now()));
    Ok(Response::new(RevokeStandingApprovalResponse { standing_approval }))
}
