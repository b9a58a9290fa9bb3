//! Follows the ledger: one order for everybody, nothing skipped.

use countersign_api::{
    candidate::v1::{CandidateEvent, RecordedEvent},
    ledger::v1::{Entry, SubscribeEntriesRequest, SubscribeEntriesResponse},
    name::{CandidateName, Workspace},
};
use futures::{Stream, TryStreamExt};
use ledger_format::Leaf;
use prost::Message;
use tonic::Status;

use super::{Parts, status};
use crate::listing::token::{Binding, TokenInvalid};

/// Reads the index from which on a watch goes on; the empty token begins at the first.
pub(super) fn start_of(binding: &Binding, resume_token: &str) -> Result<u64, TokenInvalid> {
    if resume_token.is_empty() { Ok(0) } else { binding.open(resume_token).map(u64::from_be_bytes) }
}

/// Writes the token that resumes behind an event.
pub(super) fn token_behind(binding: &Binding, event: &RecordedEvent) -> String {
    let next = u64::try_from(event.entry_index).expect("invariant: an index is not negative") + 1;
    binding.seal(&next.to_be_bytes())
}

/// Subscribes to a workspace's entries from an index on; each item is what the ledger sent at once.
pub(super) async fn events(
    parts: &Parts,
    workspace: &Workspace,
    start: u64,
) -> Result<impl Stream<Item = Result<Vec<RecordedEvent>, Status>> + Send + use<>, Status> {
    let start_index = i64::try_from(start).map_err(|_| TokenInvalid)?;
    let request = SubscribeEntriesRequest { parent: workspace.to_string(), start_index };
    let entries = parts.ledger.clone().subscribe_entries(request).await.map_err(status::of_ledger)?.into_inner();
    Ok(entries.map_err(status::of_ledger).and_then(async |response| decode(response)))
}

fn decode(response: SubscribeEntriesResponse) -> Result<Vec<RecordedEvent>, Status> {
    response.entries.into_iter().filter(is_about_a_candidate).map(recorded).collect()
}

/// A log may hold entries about other things, which are not for those who watch candidates.
fn is_about_a_candidate(entry: &Entry) -> bool {
    Leaf::decode(&entry.leaf).is_ok_and(|leaf| leaf.subject.parse::<CandidateName>().is_ok())
}

fn recorded(entry: Entry) -> Result<RecordedEvent, Status> {
    let event = CandidateEvent::decode(entry.content).map_err(|_| status::unreadable_event(&entry.index))?;
    Ok(RecordedEvent { event: Some(event), recorded: true, entry_index: entry.index, leaf_hash: entry.leaf_hash })
}
