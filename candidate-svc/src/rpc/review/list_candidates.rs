use countersign_api::candidate::v1::{ListCandidatesRequest, ListCandidatesResponse};
use tonic::{Request, Response, Status};

use super::turns;
use crate::{
    listing::{
        page::{Listing, Place},
        token::Binding,
    },
    rpc::{Parts, page_of, page_size},
    wire,
};

/// Lists candidates by filter in pages.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ListCandidatesRequest>,
) -> Result<Response<ListCandidatesResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let now = parts.now();
    let mut listing = Listing::parse(&request.filter, &request.order_by, now)?;
    let size = page_size(request.page_size)?;
    // `turn = me` lists other candidates for everybody, so the caller is among what a token was given for.
    let caller = call.principal().id().as_str();
    let arguments = [&request.parent, &request.filter, &request.order_by, caller];
    let binding = Binding::new(&parts.seals, "ListCandidates", &arguments);
    let after = match request.page_token.as_str() {
        "" => None,
        token => Some(Place::open(&binding, token)?),
    };

    listing.condition = turns::resolve(parts, &call, &workspace, listing.condition, now).await?;
    let found = parts.reader(&call).list(&workspace, &listing, after.as_ref(), size + 1).await?;
    let (candidates, next_page_token) = page_of(found, size, |last| listing.place_of(last).seal(&binding));
    let candidates = candidates.iter().map(|candidate| wire::candidate::to_wire(candidate)).collect();
    Ok(Response::new(ListCandidatesResponse { candidates, next_page_token }))
}
