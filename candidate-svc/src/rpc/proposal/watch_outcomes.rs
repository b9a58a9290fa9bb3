use std::collections::BTreeSet;

use countersign_api::{
    candidate::v1::{WatchOutcomesRequest, WatchOutcomesResponse},
    name::CandidateName,
};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use service_kit::access::PrincipalId;
use tonic::{Request, Status};

use crate::{
    listing::token::Binding,
    rpc::{
        Parts,
        follow::{self, Followed},
        status,
        until_drained::until_drained,
    },
    store::Reader,
};

/// Streams what becomes of the caller's own proposals, in the ledger's order.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<WatchOutcomesRequest>,
) -> Result<BoxStream<'static, Result<WatchOutcomesResponse, Status>>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let proposer = call.principal().id().clone();
    let binding = Binding::new(&parts.seals, "WatchOutcomes", &[&request.parent, proposer.as_str()]);
    let start = follow::Place::of_token(&binding, &request.resume_token)?;
    let events = follow::events(parts, &workspace, start).await?;
    let reader = parts.store.read().clone();
    let responses = events.and_then(move |events| {
        let (reader, proposer, binding) = (reader.clone(), proposer.clone(), binding.clone());
        async move {
            let own = own_events(&reader, &proposer, events).await?;
            let respond = |followed: follow::Followed| WatchOutcomesResponse {
                resume_token: followed.token(&binding),
                event: Some(followed.event),
            };
            Ok(stream::iter(own.into_iter().map(respond).map(Ok).collect::<Vec<_>>()))
        }
    });
    Ok(until_drained(responses.try_flatten(), parts.shutdown.clone()))
}

/// Keeps the events of candidates that this principal proposed.
async fn own_events(reader: &Reader, proposer: &PrincipalId, events: Vec<Followed>) -> Result<Vec<Followed>, Status> {
    let mut named = Vec::with_capacity(events.len());
    for event in events {
        let name = event.event.event.as_ref().and_then(|event| event.candidate.parse::<CandidateName>().ok());
        named.push((name.ok_or_else(|| status::unreadable_event(&event.event.entry_index))?, event));
    }
    let distinct: BTreeSet<CandidateName> = named.iter().map(|(name, _)| name.clone()).collect();
    let proposers = reader.proposers(&distinct.into_iter().collect::<Vec<_>>()).await?;
    let is_own = |name: &CandidateName| proposers.get(name) == Some(proposer);
    Ok(named.into_iter().filter(|(name, _)| is_own(name)).map(|(_, event)| event).collect())
}
