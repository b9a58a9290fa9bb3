//! Follows the ledger: one order for everybody, nothing skipped, and a ledger that was put back noticed.

use std::sync::Arc;

use countersign_api::{
    candidate::v1::{CandidateEvent, RecordedEvent},
    ledger::v1::{Entry, SubscribeEntriesRequest, SubscribeEntriesResponse},
    name::{CandidateName, Workspace},
};
use futures::{Stream, StreamExt, TryStreamExt, future};
use ledger_format::Leaf;
use prost::Message;
use tonic::Status;

use super::{Parts, status};
use crate::listing::token::{Binding, TokenInvalid};

/// Where a watch is: the index that comes next, and the ledger's own token of what lies before it.
///
/// The ledger's token may be of less than lies before the index: it comes with every chunk, and an event may stand in the middle of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    next: u64,
    /// Empty at the beginning.
    ledger_token: Arc<str>,
}

/// An event, and the place behind it.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) event: RecordedEvent,
    behind: Place,
}

impl Place {
    /// Reads the place from which on a watch goes on; the empty token begins at the first entry.
    pub(super) fn of_token(binding: &Binding, resume_token: &str) -> Result<Self, TokenInvalid> {
        if resume_token.is_empty() {
            return Ok(Self { next: 0, ledger_token: Arc::from("") });
        }
        let bytes = binding.open_bytes(resume_token)?;
        let (next, ledger_token) = bytes.split_first_chunk().ok_or(TokenInvalid)?;
        let ledger_token = str::from_utf8(ledger_token).map_err(|_| TokenInvalid)?;
        Ok(Self { next: u64::from_be_bytes(*next), ledger_token: Arc::from(ledger_token) })
    }
}

impl Followed {
    /// Writes the token that resumes behind the event.
    pub(super) fn token(&self, binding: &Binding) -> String {
        binding.seal(&[&self.behind.next.to_be_bytes()[..], self.behind.ledger_token.as_bytes()].concat())
    }
}

/// Subscribes to a workspace's entries from a place on; each item is what the ledger sent at once.
///
/// The ledger refuses a place that it does not lead to any more: it was put back, or is another.
pub(super) async fn events(
    parts: &Parts,
    workspace: &Workspace,
    start: Place,
) -> Result<impl Stream<Item = Result<Vec<Followed>, Status>> + Send + use<>, Status> {
    let start_index = i64::try_from(start.next).map_err(|_| TokenInvalid)?;
    let request = SubscribeEntriesRequest {
        parent: workspace.to_string(),
        start_index: if start.ledger_token.is_empty() { start_index } else { 0 },
        resume_token: start.ledger_token.to_string(),
    };
    let chunks = parts.ledger.clone().subscribe_entries(request).await.map_err(status::of_ledger)?.into_inner();
    let first = start.next;
    let followed = chunks.map_err(status::of_ledger).scan(start.ledger_token, move |before, chunk| {
        future::ready(Some(chunk.and_then(|chunk| decode(chunk, before, first))))
    });
    Ok(followed)
}

/// Reads the events of a chunk; `before` is the ledger's token of what lies before it, then of all up to its end.
fn decode(chunk: SubscribeEntriesResponse, before: &mut Arc<str>, first: u64) -> Result<Vec<Followed>, Status> {
    let SubscribeEntriesResponse { entries, resume_token } = chunk;
    let after: Arc<str> = Arc::from(resume_token);
    let last_index = entries.last().map(|entry| entry.index);
    let mut events = Vec::with_capacity(entries.len());
    for entry in entries {
        let next = u64::try_from(entry.index).expect("invariant: an index is not negative") + 1;
        // A token stands where its chunk ended: what the watcher saw of the next one already comes again.
        if next <= first || !is_about_a_candidate(&entry) {
            continue;
        }
        let is_last = Some(entry.index) == last_index;
        let ledger_token = Arc::clone(if is_last { &after } else { &*before });
        events.push(Followed { event: recorded(entry)?, behind: Place { next, ledger_token } });
    }
    *before = after;
    Ok(events)
}

/// A log may hold entries about other things, which are not for those who watch candidates.
fn is_about_a_candidate(entry: &Entry) -> bool {
    Leaf::decode(&entry.leaf).is_ok_and(|leaf| leaf.subject.parse::<CandidateName>().is_ok())
}

fn recorded(entry: Entry) -> Result<RecordedEvent, Status> {
    let event = CandidateEvent::decode(entry.content).map_err(|_| status::unreadable_event(&entry.index))?;
    Ok(RecordedEvent { event: Some(event), recorded: true, entry_index: entry.index, leaf_hash: entry.leaf_hash })
}
