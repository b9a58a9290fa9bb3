use countersign_api::candidate::v1::{GetPolicyRevisionRequest, GetPolicyRevisionResponse};
use tonic::{Request, Response, Status};

use super::revision_name::RevisionName;
use crate::{
    rpc::{Parts, status},
    wire::{name_of, policy_revision},
};

/// Shows one policy.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GetPolicyRevisionRequest>,
) -> Result<Response<GetPolicyRevisionResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let RevisionName { workspace, revision } = name_of("name", &request.name)?;
    let workspace = parts.workspace_read(&call, &workspace.to_string()).await?;
    let found = parts.reader(&call).policy_revision(&workspace, revision).await?;
    let found = found.ok_or_else(|| status::policy_revision_not_found(&workspace, &request.name, revision))?;
    Ok(Response::new(GetPolicyRevisionResponse { policy_revision: Some(policy_revision::to_wire(&found)) }))
}
