//! By what a proposal that was drawn for the audit sample is known again.

use ledger_format::{Hash, sha256};
use service_kit::access::PrincipalId;

use crate::domain::{Propose, RecordReference};

const TAG: &[u8] = b"countersign/audit-key/v1\n";

/// Returns the keys by which a proposer's drawn proposal is known again when it is taken back and made anew: the records that it is about
/// and would change, and what its proposer calls the same thing; where it names neither, what would run.
pub fn audit_keys(proposer: &PrincipalId, propose: &Propose) -> Vec<Hash> {
    let proposal = &propose.proposal;
    let keyed =
        |what, parts: &[&str]| keyed(what, &[&[proposer.as_str(), proposal.action_type.as_str()], parts].concat());
    let of_record = |record: &RecordReference| keyed("record", &[&record.system, &record.object_type, &record.id]);
    let mut keys: Vec<Hash> = [&proposal.record, &proposal.target].into_iter().flatten().map(of_record).collect();
    if !proposal.dedup_key.is_empty() {
        keys.push(keyed("dedup", &[&proposal.dedup_key]));
    }
    keys.dedup();
    if keys.is_empty()
        && let Some(canonical_json) = propose.payload.canonical_json()
    {
        keys.push(keyed("payload", &[canonical_json]));
    }
    keys
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
