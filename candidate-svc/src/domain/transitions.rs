//! Which transitions are legal where: the one table, for decisions and for answers alike.

use super::{Candidate, State, Verb};

/// Returns the transitions that are legal now, in the order of a life.
pub const fn allowed_transitions(candidate: &Candidate) -> &'static [Verb] {
    use Verb::{
        AddEvidence, Approve, AssignOwner, Claim, Edit, Escalate, Expire, ExtendClaim, Hold, LoseTrack, Reject,
        Release, ReportFailure, ReportSuccess, RequestEvidence, Retry, SendBack, Settle, Withdraw, WithdrawApproval,
    };
    match &candidate.state {
        State::Proposed | State::Edited => &[
            AddEvidence,
            RequestEvidence,
            AssignOwner,
            Edit,
            Approve,
            WithdrawApproval,
            Reject,
            Hold,
            Withdraw,
            Expire,
            Escalate,
        ],
        State::NeedsEvidence(_) => &[AddEvidence, AssignOwner, Edit, Reject, Hold, Withdraw, Expire, Escalate],
        State::NeedsOwner => &[AddEvidence, RequestEvidence, AssignOwner, Reject, Hold, Withdraw, Expire, Escalate],
        State::Held(_) => {
            &[AddEvidence, RequestEvidence, AssignOwner, Edit, Reject, Hold, Release, Withdraw, Expire, Escalate]
        }
        // In doubt: rejecting, taking the approval back or expiring would say "not done", which nobody knows (C-4). What time ends here
        // ends as OUTCOME_UNKNOWN.
        State::Approved(approved) if approved.in_doubt => &[Expire, Claim],
        State::Approved(_) => &[WithdrawApproval, Reject, Expire, Claim],
        State::Executing(_) => &[ExtendClaim, ReportSuccess, ReportFailure, LoseTrack],
        State::Executed => &[SendBack],
        State::Failed => &[Edit, Reject, Retry, SendBack],
        State::OutcomeUnknown => &[Settle],
        State::Rework(_) => &[Edit, Reject],
        State::Rejected(_) | State::Withdrawn(_) | State::Expired => &[],
    }
}
