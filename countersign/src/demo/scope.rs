use std::collections::{BTreeMap, HashSet};

use countersign_api::candidate::v1::CandidateEvent;
use countersign_api::candidate::v1::candidate_event::Event;

use crate::propose::Item;

/// What belongs to a run: the proposals of its input under its seed, told by who sends them under which request id.
///
/// Whatever else stands in the workspace belongs to others, also what the same rules proposed under another seed: it is neither
/// decided, nor waited for, nor counted.
#[derive(Debug, Default)]
pub struct Scope {
    requests: BTreeMap<String, HashSet<String>>,
}

impl Scope {
    /// Makes the scope of these proposals, by who proposes them.
    pub fn of(by_proposer: &BTreeMap<String, Vec<Item>>) -> Self {
        let ids = |items: &Vec<Item>| items.iter().map(|item| item.request_id.clone()).collect();
        Self { requests: by_proposer.iter().map(|(proposer, items)| (proposer.clone(), ids(items))).collect() }
    }

    /// Tells whether an event is the beginning of a candidate of this run.
    pub fn begins_with(&self, event: &CandidateEvent) -> bool {
        let proposer = event.actor.as_ref().map_or("", |actor| actor.id.as_str());
        matches!(event.event, Some(Event::CandidateProposed(_)))
            && self.requests.get(proposer).is_some_and(|requests| requests.contains(&event.request_id))
    }
}
