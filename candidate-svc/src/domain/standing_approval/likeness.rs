//! By what two proposals of one proposer are alike.

use std::collections::BTreeSet;

use ledger_format::{Hash, sha256};
use serde_json::Value;
use service_kit::access::PrincipalId;

use crate::domain::record::folded;
use crate::domain::{ActionType, ActionTypeName, Candidate, Proposal, Propose, RecordReference};

const TAG: &[u8] = b"countersign/likeness/v1\n";

/// Returns by what a proposal is alike to what is still open: what it says, and which records it names. Where its payload names one, that one
/// too: it is what would be changed, whatever the proposal says it is about.
pub fn likenesses(proposer: &PrincipalId, propose: &Propose, action_type: Option<&ActionType>) -> Vec<Hash> {
    let payload = propose.payload.canonical_json();
    let said = payload.map(|payload| says(proposer, &propose.proposal.action_type, payload));
    said.into_iter().chain(records(proposer, &propose.proposal, payload, action_type)).collect()
}

/// Returns by what a proposal is held back while another of its proposer's waits for the look that the audit sample asked for: its action
/// type, where the payload does not say which record it changes. In other words and about another record it may be the same again, and
/// only a person can tell.
pub fn unlooked(proposer: &PrincipalId, action_type: &ActionType) -> Option<Hash> {
    action_type.payload_record.is_none().then(|| of_type(proposer, &action_type.name))
}

impl Candidate {
    /// Returns by what proposals are found to be alike to it while it is open: what it says now; and, where it was drawn for the audit
    /// sample and no person decided, the records that it names, and its action type.
    pub fn likenesses(&self, action_type: Option<&ActionType>) -> Vec<Hash> {
        let payload = self.payload.canonical_json();
        let said = says(&self.proposer, &self.proposal.action_type, payload);
        let of_type = || of_type(&self.proposer, &self.proposal.action_type);
        let of_records = || records(&self.proposer, &self.proposal, Some(payload), action_type);
        let unlooked = self.awaits_look().map(|_| of_records().into_iter().chain([of_type()]));
        std::iter::once(said).chain(unlooked.into_iter().flatten()).collect()
    }
}

fn of_type(proposer: &PrincipalId, action_type: &ActionTypeName) -> Hash {
    keyed("type", &[proposer.as_str(), action_type.as_str()])
}

/// Returns the key of what would run, whatever record it is about: only letters, without their case, and digits make a difference.
fn says(proposer: &PrincipalId, action_type: &ActionTypeName, canonical_json: &str) -> Hash {
    let payload = serde_json::from_str(canonical_json).expect("invariant: canonical JSON is JSON");
    keyed("says", &[proposer.as_str(), action_type.as_str(), &plain(payload).to_string()])
}

/// Returns the keys of the records that a proposal and its payload name. The system is not part of them, and neither is what [`spelled`]
/// leaves out: no payload says of which system its record is.
fn records(
    proposer: &PrincipalId,
    proposal: &Proposal,
    payload: Option<&str>,
    action_type: Option<&ActionType>,
) -> BTreeSet<Hash> {
    let stated = [&proposal.record, &proposal.target].into_iter().flatten().map(RecordReference::key);
    let named = action_type.and_then(|action_type| action_type.payload_record.as_ref()).zip(payload);
    let named = named.and_then(|(named, payload)| named.read(payload));
    let of_record = |(object_type, id): (String, String)| {
        keyed("record", &[proposer.as_str(), proposal.action_type.as_str(), &spelled(&object_type), &spelled(&id)])
    };
    stated.chain(named).map(of_record).collect()
}

/// Leaves of a name what makes another record of it: letters, without their case, and digits; of one that has none, all but blanks at its ends.
fn spelled(name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if letters.is_empty() { folded(name) } else { letters }
}

/// Takes out of every text what hardly makes another text of it: blanks, signs, what is not shown at all, the case of letters.
fn plain(value: Value) -> Value {
    match value {
        Value::String(text) => {
            Value::String(text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(plain).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, plain(value))).collect())
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

/// Hashes parts so that no two lists of parts give the same text: each with its length before it.
fn keyed(what: &str, parts: &[&str]) -> Hash {
    let mut bytes = Vec::from(TAG);
    for part in std::iter::once(&what).chain(parts) {
        bytes.extend_from_slice(&u64::try_from(part.len()).expect("a length fits 64 bits").to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    sha256(&[&bytes])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(payload: &str) -> Hash {
        let proposer = "generators/rules".parse().expect("an id");
        says(&proposer, &"create_task".parse().expect("a name"), payload)
    }

    #[test]
    fn blanks_signs_and_case_make_no_difference_and_everything_else_does() {
        let said = key(r#"{"list":["Ask for it",1],"subject":"Ask for it"}"#);
        for alike in [
            r#"{"list":["ask for it ",1],"subject":"ASK  FOR\tIT"}"#,
            r#"{"list":["Ask for it",1],"subject":"Ask for it."}"#,
            r#"{"list":["Ask for it",1],"subject":"- Ask, for it!!"}"#,
            "{\"list\":[\"Ask for it\",1],\"subject\":\"Ask\u{200b} for\u{a0}it\u{ad}\"}",
        ] {
            assert_eq!(key(alike), said, "{alike}");
        }
        for other in [
            r#"{"list":["Ask for it",1],"subject":"Ask for them"}"#,
            r#"{"list":["Ask for it",2],"subject":"Ask for it"}"#,
            r#"{"list":["Ask for it",1],"Subject":"Ask for it"}"#,
        ] {
            assert_ne!(key(other), said, "{other}");
        }
    }
}
