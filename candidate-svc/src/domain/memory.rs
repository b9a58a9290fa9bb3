//! What is remembered of a rejection, and by what a proposal is known again.

use countersign_api::name::CandidateName;
use ledger_format::{Hash, sha256};
use service_kit::access::PrincipalId;

use super::record::folded;
use super::{ActionType, ActionTypeName, Moment, Proposal, RecordReference, RejectionReason};

const TAG: &[u8] = b"countersign/rejection-memory/v1\n";

/// A rejection that is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionMemory {
    /// The candidate that was rejected.
    pub candidate: CandidateName,
    /// Why.
    pub reason: RejectionReason,
    /// Until when a proposal like it is refused.
    pub until: Moment,
}

/// Returns the key of what would run: the same action, on the same record, with the same payload, whoever proposes it.
pub fn memory_of_content(proposal: &Proposal, canonical_json: &str) -> Hash {
    let record = proposal.target.as_ref().or(proposal.record.as_ref());
    let no_record = RecordReference::default();
    let record = record.unwrap_or(&no_record);
    let [system, object_type, id] = [&record.system, &record.object_type, &record.id].map(|name| folded(name));
    keyed("content", &[proposal.action_type.as_str(), &system, &object_type, &id, canonical_json])
}

/// Returns the key of a payload that names its record, whatever record its proposer says it is about; none when it names none.
pub fn memory_of_payload(action_type: &ActionType, canonical_json: &str) -> Option<Hash> {
    action_type.payload_record.as_ref()?.read(canonical_json)?;
    Some(key_of_payload(&action_type.name, canonical_json))
}

/// Returns the key of a payload, whatever it names.
pub fn key_of_payload(action_type: &ActionTypeName, canonical_json: &str) -> Hash {
    keyed("payload", &[action_type.as_str(), canonical_json])
}

/// Returns the key of what a proposer calls the same thing; none when it does not.
pub fn memory_of_dedup_key(proposer: &PrincipalId, proposal: &Proposal) -> Option<Hash> {
    let key = proposal.dedup_key.as_str();
    (!key.is_empty()).then(|| keyed("dedup", &[proposer.as_str(), proposal.action_type.as_str(), key]))
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
