use countersign_api::candidate::v1::{WatchCandidatesRequest, WatchCandidatesResponse};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use tonic::{Request, Status};

use crate::{
    listing::token::Binding,
    rpc::{Parts, follow, until_drained::until_drained},
};

/// Streams what happens to candidates, in the ledger's order.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<WatchCandidatesRequest>,
) -> Result<BoxStream<'static, Result<WatchCandidatesResponse, Status>>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let binding = Binding::new(&parts.seals, "WatchCandidates", &[&request.parent]);
    let start = follow::Place::of_token(&binding, &request.resume_token)?;
    let events = follow::events(parts, &workspace, start).await?;
    let responses = events.map_ok(move |events| {
        let respond = |followed: follow::Followed| WatchCandidatesResponse {
            resume_token: followed.token(&binding),
            event: Some(followed.event),
        };
        stream::iter(events.into_iter().map(respond).map(Ok).collect::<Vec<_>>())
    });
    Ok(until_drained(responses.try_flatten(), parts.shutdown.clone()))
}
