//! To which objects an event or object is related, and how.

use std::borrow::Cow;

use serde::Serialize;

use super::entry::Entry;

/// One object that an event or object is related to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Relationship {
    /// The object.
    pub object_id: String,
    /// How it is related.
    pub qualifier: &'static str,
}

/// Columns that name a person under the exporter's pseudonym, and how an event is related to that person.
pub(super) const PEOPLE: [(&str, &str); 5] = [
    ("person", "acted"),
    ("owner", "owner"),
    ("delegator", "delegator"),
    ("delegate", "delegate"),
    ("escalated_to", "escalated to"),
];

/// Columns that tell records apart, and how an event is related to that record.
pub(super) const RECORDS: [(&str, &str); 2] = [("record_key", "related record"), ("target_key", "target record")];

/// What the name of a person begins with; an escalation may go to a role instead.
const PERSON: &str = "x_";

/// Returns the object of whoever proposes. A generator's id might be anything, so it is set apart.
pub(super) fn proposer(name: &str) -> String {
    format!("proposer:{name}")
}

/// Returns the object of a record.
pub(super) fn record(key: &str) -> String {
    format!("record:{key}")
}

/// Returns the people that an entry names, and how it is related to them.
pub(super) fn people<'f>(entry: &Entry<'f>) -> impl Iterator<Item = (Cow<'f, str>, &'static str)> {
    let named = PEOPLE.into_iter().filter_map(|(column, qualifier)| Some((entry.says(column)?, qualifier)));
    named.filter(|(name, _)| name.starts_with(PERSON))
}

/// Returns what an event is related to: what it is about first.
pub(super) fn of_event(entry: &Entry<'_>) -> Vec<Relationship> {
    let mut related = vec![Relationship { object_id: entry.subject.to_string(), qualifier: "about" }];
    let mut add = |object_id: Option<String>, qualifier| {
        related.extend(object_id.map(|object_id| Relationship { object_id, qualifier }));
    };
    add(entry.says("proposer").map(|name| proposer(&name)), "proposer");
    for (person, qualifier) in people(entry) {
        add(Some(person.into_owned()), qualifier);
    }
    for (column, qualifier) in RECORDS {
        add(entry.says(column).map(|key| record(&key)), qualifier);
    }
    add(entry.attempt(), "attempt");
    let standing = entry.says("standing_approval").filter(|name| *name != entry.subject);
    add(standing.map(Cow::into_owned), "standing approval");
    add(entry.says("policy_candidate").map(Cow::into_owned), "brought by");
    related
}

/// Returns what a candidate is related to, from its proposal.
pub(super) fn of_candidate(proposal: &Entry<'_>) -> Vec<Relationship> {
    let mut related = Vec::new();
    let mut add = |object_id: Option<String>, qualifier| {
        related.extend(object_id.map(|object_id| Relationship { object_id, qualifier }));
    };
    add(proposal.says("proposer").map(|name| proposer(&name)), "proposer");
    for (column, qualifier) in RECORDS {
        add(proposal.says(column).map(|key| record(&key)), qualifier);
    }
    add(proposal.says("standing_approval").map(Cow::into_owned), "standing approval");
    add(proposal.says("supersedes_candidate").map(Cow::into_owned), "supersedes");
    related
}
