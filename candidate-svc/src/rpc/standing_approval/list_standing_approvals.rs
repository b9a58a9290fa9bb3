use countersign_api::candidate::v1::{ListStandingApprovalsRequest, ListStandingApprovalsResponse};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    listing::token::Binding,
    rpc::{Parts, page_of, page_size},
    wire::standing_approval,
};

/// Lists standing approvals in pages, the newest first.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ListStandingApprovalsRequest>,
) -> Result<Response<ListStandingApprovalsResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let size = page_size(request.page_size)?;
    let active_only = if request.active_only { "active" } else { "all" };
    let binding = Binding::new(&parts.seals, "ListStandingApprovals", &[&request.parent, active_only]);
    let before = match request.page_token.as_str() {
        "" => None,
        token => Some(Uuid::from_bytes(binding.open(token)?)),
    };

    let now = parts.now();
    let in_force_at = request.active_only.then_some(now);
    let found = parts.reader(&call).standing_approvals(&workspace, in_force_at, before, size + 1).await?;
    let (found, next_page_token) = page_of(found, size, |last| binding.seal(last.name.id.as_bytes()));
    let standing_approvals = found.iter().map(|standing| standing_approval::to_wire(standing, now)).collect();
    Ok(Response::new(ListStandingApprovalsResponse { standing_approvals, next_page_token }))
}
