//! The kinds of entry that this release knows.

use countersign_api::candidate::v1::{candidate_event::Event, workspace_event::Event as WorkspaceEvent};

/// The ledger kind of every event of a candidate in the contract, in the contract's order.
pub(in crate::export) const KINDS: [&str; 21] = [
    "candidate_proposed",
    "evidence_added",
    "evidence_requested",
    "owner_assigned",
    "candidate_edited",
    "approval_collected",
    "candidate_approved",
    "approval_withdrawn",
    "candidate_rejected",
    "candidate_held",
    "candidate_released",
    "candidate_withdrawn",
    "candidate_expired",
    "execution_started",
    "claim_extended",
    "candidate_executed",
    "execution_failed",
    "outcome_lost",
    "outcome_settled",
    "candidate_sent_back",
    "candidate_escalated",
];

/// The ledger kind of what happens in a workspace beside its candidates, in the contract's order.
pub(super) const WORKSPACE_KINDS: [&str; 5] =
    ["standing_approval_granted", "standing_approval_revoked", "delegation_made", "delegation_ended", "policy_applied"];

/// Kinds of entry about contents themselves, which the ledger writes.
pub(super) const CUSTODY_KINDS: [&str; 3] = ["content_erased", "legal_hold_placed", "legal_hold_released"];

/// Returns the ledger kind of an event: its message's name in snake case.
pub(super) const fn kind_of(event: &Event) -> &'static str {
    match event {
        Event::CandidateProposed(_) => "candidate_proposed",
        Event::EvidenceAdded(_) => "evidence_added",
        Event::EvidenceRequested(_) => "evidence_requested",
        Event::OwnerAssigned(_) => "owner_assigned",
        Event::CandidateEdited(_) => "candidate_edited",
        Event::ApprovalCollected(_) => "approval_collected",
        Event::CandidateApproved(_) => "candidate_approved",
        Event::ApprovalWithdrawn(_) => "approval_withdrawn",
        Event::CandidateRejected(_) => "candidate_rejected",
        Event::CandidateHeld(_) => "candidate_held",
        Event::CandidateReleased(_) => "candidate_released",
        Event::CandidateWithdrawn(_) => "candidate_withdrawn",
        Event::CandidateExpired(_) => "candidate_expired",
        Event::ExecutionStarted(_) => "execution_started",
        Event::ClaimExtended(_) => "claim_extended",
        Event::CandidateExecuted(_) => "candidate_executed",
        Event::ExecutionFailed(_) => "execution_failed",
        Event::OutcomeLost(_) => "outcome_lost",
        Event::OutcomeSettled(_) => "outcome_settled",
        Event::CandidateSentBack(_) => "candidate_sent_back",
        Event::CandidateEscalated(_) => "candidate_escalated",
    }
}

/// Returns the ledger kind of what happened beside the candidates.
pub(super) const fn workspace_kind_of(event: &WorkspaceEvent) -> &'static str {
    match event {
        WorkspaceEvent::StandingApprovalGranted(_) => "standing_approval_granted",
        WorkspaceEvent::StandingApprovalRevoked(_) => "standing_approval_revoked",
        WorkspaceEvent::DelegationMade(_) => "delegation_made",
        WorkspaceEvent::DelegationEnded(_) => "delegation_ended",
        WorkspaceEvent::PolicyApplied(_) => "policy_applied",
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::FILE_DESCRIPTOR_SET;
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::{KINDS, WORKSPACE_KINDS};

    #[test]
    fn the_kinds_are_those_of_the_contract() {
        assert_eq!(events_of("CandidateEvent"), KINDS);
        assert_eq!(events_of("WorkspaceEvent"), WORKSPACE_KINDS);
    }

    fn events_of(message: &str) -> Vec<String> {
        let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
        let event = files.file.into_iter().flat_map(|file| file.message_type).find(|found| found.name() == message);
        let fields = event.expect("the event").field.into_iter().filter(|field| field.oneof_index.is_some());
        fields.map(|field| field.name().to_owned()).collect()
    }
}
