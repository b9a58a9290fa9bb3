//! Deals records out to a team.
//!
//! Each member's claim to a record is a hash over both, and the highest claim wins. That is fair over many records, needs no counter that a
//! restart or a second server could lose, and keeps a record with the same person; who joins or leaves moves only their own share.

use ledger_format::{Hash, sha256};

use crate::domain::{Person, Propose};

const TAG: &[u8] = b"countersign/owner/v1\n";

/// Returns whose turn the record of a proposal is; without a record, the event that caused it counts.
pub(super) fn member_for<'a>(members: &'a [Person], propose: &Propose) -> Option<&'a Person> {
    let trigger = &propose.proposal.trigger;
    let parts = match &propose.proposal.record {
        Some(record) => [&record.system, &record.object_type, &record.id],
        None => [&trigger.source_system, &trigger.kind, &trigger.source_id],
    };
    members.iter().max_by_key(|member| *claim(member, parts).as_bytes())
}

fn claim(member: &Person, parts: [&String; 3]) -> Hash {
    // The length in front keeps `ab` + `c` apart from `a` + `bc`.
    let lengths = parts.map(|part| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
    let [system, kind, id] = parts.map(String::as_bytes);
    sha256(&[TAG, &lengths[0], system, &lengths[1], kind, &lengths[2], id, member.as_str().as_bytes()])
}
