use countersign_api::candidate::v1::{GrantStandingApprovalRequest, GrantStandingApprovalResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order},
    store::{StandingJob, StandingOrder},
    wire::standing_approval,
};

/// Approves a narrow category ahead.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GrantStandingApprovalRequest>,
) -> Result<Response<GrantStandingApprovalResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let ask = order::ask(&call, "grant_standing_approval", &request.request_id, &request)?;
    let command = standing_approval::grant_from_wire(request, workspace, parts.draw_id())?;
    let granted = parts.store.stand(StandingJob { ask, order: StandingOrder::Grant(command) }).await?;
    let standing_approval = Some(standing_approval::to_wire(&granted, parts.now()));
    Ok(Response::new(GrantStandingApprovalResponse { standing_approval }))
}
