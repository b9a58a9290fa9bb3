use countersign_api::candidate::v1 as api;

use super::{Proven, ahead::AheadProof};
use crate::{
    domain::{ActionType, Candidate, Claim, Executing, State},
    wire::{payload, record, time},
};

/// The right to execute a candidate once, under one claim.
///
/// Made only by [`Permit::of_claim`], and so only from a claim that was committed and an approval that the ledger proves.
#[derive(Debug)]
pub(crate) struct Permit {
    message: api::Permit,
}

impl Permit {
    /// Makes the permit of a committed claim; none when the candidate is not claimed any more, or under another approval.
    pub(crate) fn of_claim(
        candidate: &Candidate,
        action_type: &ActionType,
        proven: Proven,
        reissued: bool,
    ) -> Option<Self> {
        let State::Executing(Executing { approved, claim }) = &candidate.state else { return None };
        let entry = &proven.claimable.entry;
        let same_approval = (approved.revision, approved.ordinal) == (entry.revision, entry.ordinal)
            && claim.approving_entry_index == entry.entry_index
            && candidate.name == proven.claimable.candidate;
        if !same_approval {
            return None;
        }
        assert!(entry.entry_index < proven.checkpoint_size, "C-2: a permit for an approval that no checkpoint covers");
        Some(Self { message: message(candidate, claim, action_type, proven, reissued) })
    }

    /// Returns the permit as the contract has it.
    pub(crate) fn into_wire(self) -> api::Permit {
        self.message
    }
}

fn message(
    candidate: &Candidate,
    claim: &Claim,
    action_type: &ActionType,
    proven: Proven,
    reissued: bool,
) -> api::Permit {
    api::Permit {
        candidate: candidate.name.to_string(),
        action_type: action_type.name.to_string(),
        operation: action_type.operation.clone(),
        target: candidate.proposal.target.as_ref().map(record::to_wire),
        payload: Some(payload::to_wire(&candidate.payload)),
        entry_index: proven.proof.index,
        entry_leaf: proven.proof.leaf,
        inclusion_proof: proven.proof.hashes,
        checkpoint: proven.checkpoint,
        attempt_number: i32::try_from(claim.attempt_number).unwrap_or(i32::MAX),
        fence: i64::try_from(claim.fence).unwrap_or(i64::MAX),
        lease_expire_time: Some(time::to_wire(claim.lease_expires_at)),
        idempotency_key: candidate.idempotency_key().expect("invariant: what is executing has its key"),
        retry_safe: action_type.retry_safe,
        traceparent: proven.claimable.entry.traceparent,
        reissued,
        standing_approval_proof: proven.ahead.map(AheadProof::into_wire),
    }
}
