//! Takes back what rests on a standing approval, once that is revoked.

use super::transcript::Transcript;
use crate::domain::{ApprovalCause, ApprovalWithdrawn, Candidate, Context, Event, EventBody, State};

/// Takes the approval back that a standing approval gave a candidate, as the person who revokes it. Returns nothing where there is none
/// to take back: it was claimed, or changed, or rests on somebody's own approval.
pub fn withdraw_ahead(candidate: &Candidate, note: &str, context: &Context<'_>) -> Option<Vec<Event>> {
    let approved = match &candidate.state {
        // In doubt, an attempt may have done it: taking the approval back would say that nobody did (C-4).
        State::Approved(approved) if approved.cause == ApprovalCause::StandingApproval && !approved.in_doubt => {
            approved
        }
        State::Approved(_)
        | State::Proposed
        | State::NeedsEvidence(_)
        | State::NeedsOwner
        | State::Edited
        | State::Held(_)
        | State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => return None,
    };
    let withdrawn = EventBody::ApprovalWithdrawn(ApprovalWithdrawn { note: note.to_owned(), approvals: 0 });
    let state = State::from(approved.before).name();
    Some(Transcript::of_next(candidate, context).then(state, withdrawn).events())
}
