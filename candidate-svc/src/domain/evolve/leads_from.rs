//! Which transitions an event can come from.

use crate::domain::{ApprovalCause, Candidate, EventBody, LossCause, Verb, allowed_transitions};

/// Asserts that one of the transitions that make this event is legal where the candidate is.
pub(super) fn check(candidate: &Candidate, body: &EventBody) {
    let allowed = allowed_transitions(candidate);
    let legal = verbs(body).iter().any(|verb| allowed.contains(verb));
    assert!(legal, "C-8: `{}` cannot happen in state `{}`", body.kind(), candidate.state.name());
}

const fn verbs(body: &EventBody) -> &'static [Verb] {
    match body {
        EventBody::CandidateProposed(_) => &[Verb::Propose],
        EventBody::EvidenceAdded(_) => &[Verb::AddEvidence],
        EventBody::EvidenceRequested(_) => &[Verb::RequestEvidence],
        EventBody::OwnerAssigned(_) => &[Verb::AssignOwner],
        EventBody::CandidateEdited(_) => &[Verb::Edit],
        EventBody::ApprovalCollected(_) => &[Verb::Approve, Verb::Retry, Verb::Settle],
        EventBody::CandidateApproved(facts) => match facts.cause {
            ApprovalCause::Review | ApprovalCause::StandingApproval => &[Verb::Approve],
            ApprovalCause::Retry => &[Verb::Retry],
            ApprovalCause::Settlement => &[Verb::Settle],
        },
        EventBody::ApprovalWithdrawn(_) => &[Verb::WithdrawApproval, Verb::Expire],
        EventBody::CandidateRejected(_) => &[Verb::Reject],
        EventBody::CandidateHeld(_) => &[Verb::Hold],
        EventBody::CandidateReleased(_) => &[Verb::Release],
        EventBody::CandidateWithdrawn(_) => &[Verb::Withdraw],
        EventBody::CandidateExpired(_) => &[Verb::Expire],
        EventBody::ExecutionStarted(_) => &[Verb::Claim],
        EventBody::ClaimExtended(_) => &[Verb::ExtendClaim],
        EventBody::CandidateExecuted(_) => &[Verb::ReportSuccess],
        EventBody::ExecutionFailed(_) => &[Verb::ReportFailure],
        EventBody::OutcomeLost(facts) => match facts.cause {
            LossCause::LeaseLapsed | LossCause::Executor => &[Verb::LoseTrack],
            LossCause::ApprovalLapsed => &[Verb::Expire],
        },
        EventBody::OutcomeSettled(_) => &[Verb::Settle],
        EventBody::CandidateSentBack(_) => &[Verb::SendBack],
        EventBody::CandidateEscalated(_) => &[Verb::Escalate],
    }
}
