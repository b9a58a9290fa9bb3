//! What a log has, found in one walk before anything is written: the kinds of its entries, and the objects that are few.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use super::relationship::{people, proposer};

/// The types of object.
pub(super) const CANDIDATE: &str = "candidate";
/// A try at execution.
pub(super) const ATTEMPT: &str = "execution_attempt";
/// A record of another system.
pub(super) const RECORD: &str = "record";
/// Who proposes.
const PROPOSER: &str = "proposer";
/// A person, under the exporter's pseudonym.
const PERSON: &str = "person";
/// An approval given ahead.
const STANDING_APPROVAL: &str = "standing_approval";
/// Whatever else in a workspace an entry is about: its policy, a delegation.
const OTHER: &str = "workspace_resource";

/// Every type of object.
pub(super) const OBJECT_TYPES: [&str; 7] = [CANDIDATE, ATTEMPT, RECORD, PROPOSER, PERSON, STANDING_APPROVAL, OTHER];

/// What a log has.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The kinds of its entries.
    pub kinds: BTreeSet<String>,
    /// Objects other than candidates, attempts and records, with their types.
    pub objects: BTreeMap<String, &'static str>,
}

impl Survey {
    /// Notes what an entry names.
    pub(super) fn note(&mut self, entry: &Entry<'_>) {
        if !self.kinds.contains(entry.kind.as_ref()) {
            self.kinds.insert(entry.kind.to_string());
        }
        if !entry.is_about_a_candidate() {
            let is_standing = entry.kind.starts_with(STANDING_APPROVAL);
            let found = self.objects.entry(entry.subject.to_string()).or_insert(OTHER);
            if is_standing {
                *found = STANDING_APPROVAL;
            }
        }
        if let Some(name) = entry.says("standing_approval") {
            self.objects.insert(name.into_owned(), STANDING_APPROVAL);
        }
        if let Some(name) = entry.says("proposer") {
            self.objects.insert(proposer(&name), PROPOSER);
        }
        for (name, _) in people(entry) {
            self.objects.insert(name.into_owned(), PERSON);
        }
    }
}
