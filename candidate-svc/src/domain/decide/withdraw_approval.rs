//! Takes one's approval back, as long as nothing was done under it.

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{
    ApprovalWithdrawn, Candidate, Context, Event, EventBody, Refusal, State, StateName, WithdrawApproval, bounds,
};

pub(super) fn decide(
    candidate: &Candidate,
    command: &WithdrawApproval,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    bounds::text("note", &command.note, NOTE_MAX_BYTES)?;
    // One of several falls, or the only one; what was approved ahead rests on none of them.
    let approvals = if candidate.approved_ahead().is_some() { 0 } else { candidate.approval_count() - 1 };
    let withdrawn = EventBody::ApprovalWithdrawn(ApprovalWithdrawn { note: command.note.clone(), approvals });
    Ok(Transcript::of_next(candidate, context).then(state_before(candidate), withdrawn).events())
}

fn state_before(candidate: &Candidate) -> StateName {
    match &candidate.state {
        State::Approved(approved) => State::from(approved.before).name(),
        State::Proposed
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
        | State::Expired => candidate.state.name(),
    }
}
