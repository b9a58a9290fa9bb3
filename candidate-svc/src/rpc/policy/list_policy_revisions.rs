use countersign_api::candidate::v1::{ListPolicyRevisionsRequest, ListPolicyRevisionsResponse};
use tonic::{Request, Response, Status};

use crate::{
    listing::token::Binding,
    rpc::{Parts, page_of, page_size},
    wire::policy_revision,
};

/// Lists what was in force, newest first.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ListPolicyRevisionsRequest>,
) -> Result<Response<ListPolicyRevisionsResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let size = page_size(request.page_size)?;
    let binding = Binding::new(&parts.seals, "ListPolicyRevisions", &[&request.parent]);
    let before = match request.page_token.as_str() {
        "" => None,
        token => Some(u64::from_be_bytes(binding.open(token)?)),
    };

    let found = parts.reader(&call).policy_revisions(&workspace, before, size + 1).await?;
    let (revisions, next_page_token) = page_of(found, size, |last| binding.seal(&last.revision.to_be_bytes()));
    let policy_revisions = revisions.iter().map(policy_revision::to_wire).collect();
    Ok(Response::new(ListPolicyRevisionsResponse { policy_revisions, next_page_token }))
}
