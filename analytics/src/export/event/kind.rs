//! The kinds of entry that this release knows.

use countersign_api::candidate::v1::candidate_event::Event;

/// The ledger kind of every event of the contract, in the contract's order.
pub(in crate::export) const KINDS: [&str; 20] = [
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
];

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
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::FILE_DESCRIPTOR_SET;
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::KINDS;

    #[test]
    fn the_kinds_are_those_of_the_contract() {
        let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
        let event = files.file.iter().flat_map(|file| &file.message_type).find(|m| m.name() == "CandidateEvent");
        let fields = event.expect("the event").field.iter().filter(|field| field.oneof_index.is_some());
        let names: Vec<&str> = fields.map(prost_types::FieldDescriptorProto::name).collect();
        assert_eq!(names, KINDS);
    }
}
