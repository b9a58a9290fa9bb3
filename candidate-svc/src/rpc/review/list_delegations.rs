use countersign_api::candidate::v1::{ListDelegationsRequest, ListDelegationsResponse};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    domain::Delegation,
    listing::token::{Binding, TokenInvalid},
    rpc::{Parts, page_of, page_size},
    wire::delegation,
};

/// Lists delegations that have not ended, the next to end first.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ListDelegationsRequest>,
) -> Result<Response<ListDelegationsResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let size = page_size(request.page_size)?;
    let binding = Binding::new(&parts.seals, "ListDelegations", &[&request.parent]);
    let after = match request.page_token.as_str() {
        "" => None,
        token => Some(open(&binding, token)?),
    };

    let found = parts.reader(&call).delegations(&workspace, parts.now(), after, size + 1).await?;
    let (delegations, next_page_token) = page_of(found, size, |last| seal(&binding, last));
    let delegations = delegations.iter().map(delegation::to_wire).collect();
    Ok(Response::new(ListDelegationsResponse { delegations, next_page_token }))
}

fn seal(binding: &Binding, last: &Delegation) -> String {
    binding.seal(&[&last.until().as_micros().to_be_bytes()[..], last.name.id.as_bytes()].concat())
}

fn open(binding: &Binding, token: &str) -> Result<(i64, Uuid), TokenInvalid> {
    let place: [u8; 24] = binding.open(token)?;
    let (until, id) = place.split_first_chunk().ok_or(TokenInvalid)?;
    Ok((i64::from_be_bytes(*until), Uuid::from_slice(id).map_err(|_| TokenInvalid)?))
}
