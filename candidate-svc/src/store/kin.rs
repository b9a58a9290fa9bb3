//! How candidates stand to one another: which is about the same thing, which would change the same field, and what was rejected before.

use std::collections::{BTreeMap, HashMap};

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use service_kit::access::PrincipalId;

use crate::domain::{
    ActionType, Candidate, ChangeSubject, Event, EventBody, Moment, Proposal, Propose, RejectionMemory, Rival,
    StateName, memory_of_content, memory_of_dedup_key, memory_of_payload,
};

/// By what two proposals are about the same thing: only a proposer's own, so that nobody can bury another's.
pub(crate) type DedupKey = (Workspace, PrincipalId, String);

/// What the store holds of the kin of what a batch is about, kept up to date while the batch is judged.
#[derive(Debug, Default)]
pub(crate) struct Kin {
    /// The open candidate of each dedup key.
    pub(crate) open: HashMap<DedupKey, CandidateName>,
    /// What each candidate would change, or has changed.
    pub(crate) subjects: HashMap<CandidateName, String>,
    /// Who would change it, or has.
    pub(crate) by_subject: HashMap<(Workspace, String), BTreeMap<CandidateName, Standing>>,
    /// What was rejected and is remembered.
    pub(crate) memories: HashMap<(Workspace, Hash), RejectionMemory>,
}

/// Where a candidate is in its life, and since when at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: StateName,
    pub(crate) updated_at: Moment,
}

/// A rejection to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MemoryRow {
    pub(crate) key: Hash,
    pub(crate) memory: RejectionMemory,
}

impl Kin {
    /// Finds the open candidate that a proposal is about the same thing as.
    pub(crate) fn predecessor(
        &self,
        workspace: &Workspace,
        proposer: &PrincipalId,
        proposal: &Proposal,
    ) -> Option<&CandidateName> {
        self.open.get(&dedup_key(workspace, proposer, proposal)?)
    }

    /// Finds the candidates that would change the same field and were approved already, and those that changed it since this one was
    /// proposed.
    pub(crate) fn rivals(&self, candidate: &Candidate) -> Vec<Rival> {
        let name = &candidate.name;
        let Some(subject) = self.subjects.get(name) else { return Vec::new() };
        let others = self.by_subject.get(&(name.workspace.clone(), subject.clone()));
        let counts = |(other, standing): &(&CandidateName, &Standing)| {
            *other != name && (standing.state.is_underway() || standing.changed_it_since(candidate.created_at))
        };
        let rival =
            |(other, standing): (&CandidateName, &Standing)| Rival { candidate: other.clone(), state: standing.state };
        others.into_iter().flatten().filter(counts).map(rival).collect()
    }

    /// Finds the rejection that still counts against a proposal.
    pub(crate) fn remembered(&self, workspace: &Workspace, keys: &[Hash], now: Moment) -> Option<&RejectionMemory> {
        let found = |key: &Hash| self.memories.get(&(workspace.clone(), *key));
        keys.iter().filter_map(found).find(|memory| now < memory.until)
    }

    /// Takes in what a candidate became; returns what it would change.
    pub(crate) fn follow(&mut self, candidate: &Candidate, action_type: Option<&ActionType>) -> ChangeSubject {
        let name = &candidate.name;
        let workspace = &name.workspace;
        if let Some(key) = dedup_key(workspace, &candidate.proposer, &candidate.proposal) {
            if candidate.state.name().is_open() {
                self.open.insert(key, name.clone());
            } else if self.open.get(&key) == Some(name) {
                self.open.remove(&key);
            }
        }
        let change_subject = candidate.change_subject(action_type);
        let subject = match &change_subject {
            ChangeSubject::Field(subject) => Some(subject.clone()),
            ChangeSubject::Nothing => None,
            ChangeSubject::Unsaid => self.subjects.get(name).cloned(),
        };
        self.drop_subject(name);
        if let Some(subject) = subject {
            let others = self.by_subject.entry((workspace.clone(), subject.clone())).or_default();
            others.insert(name.clone(), Standing { state: candidate.state.name(), updated_at: candidate.updated_at });
            self.subjects.insert(name.clone(), subject);
        }
        change_subject
    }

    /// Forgets what an erased candidate was known by.
    pub(crate) fn forget(&mut self, candidate: &Candidate) {
        let name = &candidate.name;
        self.open.retain(|_, open| open != name);
        self.drop_subject(name);
        self.memories.retain(|_, memory| memory.candidate != *name);
    }

    fn drop_subject(&mut self, name: &CandidateName) {
        if let Some(before) = self.subjects.remove(name)
            && let Some(others) = self.by_subject.get_mut(&(name.workspace.clone(), before))
        {
            others.remove(name);
        }
    }

    /// Remembers a rejection, if that is what happened and the policy says how long: what would have run, what was proposed before
    /// somebody edited it, and what the proposer calls it.
    pub(crate) fn remember(
        &mut self,
        candidate: &Candidate,
        action_type: Option<&ActionType>,
        events: &[Event],
    ) -> Vec<MemoryRow> {
        let secs = candidate.policy.rejection_memory_secs;
        let Some((reason, at)) = events.iter().find_map(rejection) else { return Vec::new() };
        if secs == 0 || candidate.erased.is_some() {
            return Vec::new();
        }
        let memory = RejectionMemory { candidate: candidate.name.clone(), reason, until: at.plus_secs(secs) };
        let payload = candidate.payload.canonical_json();
        let keys = [
            Some(memory_of_content(&candidate.proposal, payload)),
            action_type.and_then(|action_type| memory_of_payload(action_type, payload)),
            candidate.first_content,
            candidate.first_payload,
            memory_of_dedup_key(&candidate.proposer, &candidate.proposal),
        ];
        let rows: Vec<MemoryRow> =
            keys.into_iter().flatten().map(|key| MemoryRow { key, memory: memory.clone() }).collect();
        for row in &rows {
            self.memories.insert((candidate.name.workspace.clone(), row.key), row.memory.clone());
        }
        rows
    }
}

impl Standing {
    fn changed_it_since(self, moment: Moment) -> bool {
        self.state == StateName::Executed && self.updated_at >= moment
    }
}

/// Returns by what a proposal is found again while it is open; none when its proposer gave no key.
pub(crate) fn dedup_key(workspace: &Workspace, proposer: &PrincipalId, proposal: &Proposal) -> Option<DedupKey> {
    let key = &proposal.dedup_key;
    (!key.is_empty()).then(|| (workspace.clone(), proposer.clone(), key.clone()))
}

/// Returns by what a proposal is known again, if one like it was rejected.
pub(crate) fn memory_keys(proposer: &PrincipalId, propose: &Propose, action_type: Option<&ActionType>) -> Vec<Hash> {
    let payload = propose.payload.canonical_json();
    let keys = [
        payload.map(|payload| memory_of_content(&propose.proposal, payload)),
        payload.and_then(|payload| memory_of_payload(action_type?, payload)),
        memory_of_dedup_key(proposer, &propose.proposal),
    ];
    keys.into_iter().flatten().collect()
}

fn rejection(event: &Event) -> Option<(crate::domain::RejectionReason, Moment)> {
    match &event.body {
        EventBody::CandidateRejected(facts) => Some((facts.reason, event.occurred_at)),
        _ => None,
    }
}
