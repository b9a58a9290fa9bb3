//! What a database would hold, and would refuse to hold.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::CandidateName;
use service_kit::access::PrincipalId;

use crate::{
    domain::{Candidate, RequestId, evolve},
    store::{
        Subject,
        batch::{Known, Writes},
        job::Job,
        request::{KeptRequest, RequestKey},
        row::{EventRow, RequestRow},
        rows,
        wanted::{self, Wanted},
    },
    wire,
};

#[derive(Default)]
pub(super) struct Tables {
    candidates: HashMap<CandidateName, Arc<Candidate>>,
    events: HashMap<CandidateName, Vec<EventRow>>,
    requests: HashMap<RequestKey, KeptRequest>,
    /// The candidates that the events make.
    rebuilt: HashMap<CandidateName, Candidate>,
    /// The revision that each request made, as the events say.
    made: HashMap<(PrincipalId, RequestId), (CandidateName, u64)>,
}

impl Tables {
    pub(super) fn candidate(&self, name: &CandidateName) -> &Arc<Candidate> {
        &self.candidates[name]
    }

    /// Reads what jobs are about.
    pub(super) fn load(&self, jobs: &[Job]) -> Known {
        let Wanted { mut names, requests, .. } = Wanted::of(jobs);
        let kept = |key: RequestKey| self.requests.get(&key).map(|kept| (key, *kept));
        let requests: HashMap<_, _> = requests.into_iter().filter_map(kept).collect();
        names.extend(wanted::answered(&requests).0);
        let found = |name: CandidateName| self.candidates.get(&name).map(|found| (name, Ok(Arc::clone(found))));
        let candidates = names.into_iter().filter_map(found).collect();
        let answered = wanted::past(&requests, &candidates).into_iter().map(|(name, revision)| {
            let events = self.events[&name].iter().filter(|event| event.revision <= revision);
            let contents: Vec<Vec<u8>> = events.map(|event| event.content.clone()).collect();
            let candidate = rows::events::replay(&name, revision, &contents).map(Arc::new);
            ((name, revision), candidate)
        });
        Known { answered: answered.collect(), candidates, requests, ..Known::default() }
    }

    /// Keeps what a batch says to write.
    pub(super) fn keep(&mut self, writes: Writes) {
        let mut with_events = BTreeSet::new();
        for event in writes.events {
            let Subject::Candidate(name) = event.subject.clone() else { panic!("of no candidate: {event:?}") };
            self.append(&name, event);
            with_events.insert(name);
        }
        let created = writes.created.into_iter().map(|row| (0, row));
        for (before, row) in created.chain(writes.changed) {
            let candidate = row.candidate;
            let name = &candidate.name;
            assert_eq!(before, self.revision(name), "a row that has changed meanwhile is written over");
            assert!(with_events.remove(name), "C-5: a revision without an event");
            assert_eq!(self.rebuilt.get(name), Some(&*candidate), "C-8");
            self.candidates.insert(name.clone(), candidate);
        }
        assert!(with_events.is_empty(), "C-5: events without their revision: {with_events:?}");
        for RequestRow { key, kept } in writes.requests {
            let before = self.requests.insert(key, kept);
            assert!(before.is_none(), "C-6: a request is kept twice");
        }
    }

    /// C-5: an event has the next place of its candidate, in a revision that no earlier commit made. C-6: its request made no other.
    fn append(&mut self, name: &CandidateName, row: EventRow) {
        let event = wire::event::decode(&row.content).expect("an event");
        assert_eq!((&event.candidate, event.revision, event.ordinal), (name, row.revision, row.ordinal));
        let events = self.events.entry(name.clone()).or_default();
        let (revision, ordinal) = events.last().map_or((0, 0), |last| (last.revision, last.ordinal));
        let place = (row.revision, row.ordinal);
        assert!(place == (revision + 1, 0) || place == (revision, ordinal + 1), "C-5: {place:?} is not the next");
        events.push(row);
        assert!(place.0 > self.revision(name), "C-5: a revision grows after its commit");
        if let Some(id) = event.request_id.clone() {
            let revision = (name.clone(), event.revision);
            let made = self.made.entry((event.actor.clone(), id)).or_insert_with(|| revision.clone());
            assert_eq!(*made, revision, "C-6: one request made two revisions");
        }
        let rebuilt = evolve(self.rebuilt.remove(name), &event);
        self.rebuilt.insert(name.clone(), rebuilt);
    }

    fn revision(&self, name: &CandidateName) -> u64 {
        self.candidates.get(name).map_or(0, |candidate| candidate.revision)
    }
}
