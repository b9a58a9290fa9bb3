//! Gives the candidate an owner: ends the wait for one, also under a hold.

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{AssignOwner, Candidate, Context, Event, EventBody, OwnerAssigned, Refusal, StateName, bounds};

pub(super) fn decide(
    candidate: &Candidate,
    command: &AssignOwner,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    bounds::text("note", &command.note, NOTE_MAX_BYTES)?;
    if candidate.owner.as_ref() == Some(&command.owner) {
        return Err(Refusal::malformed("owner", format!("`{}` owns it already: name somebody else", command.owner)));
    }
    let state = match candidate.state.name() {
        StateName::NeedsOwner => candidate.waiting_for_decision().name(),
        state @ (StateName::Proposed
        | StateName::NeedsEvidence
        | StateName::Edited
        | StateName::Held
        | StateName::Approved
        | StateName::Executing
        | StateName::Executed
        | StateName::Failed
        | StateName::OutcomeUnknown
        | StateName::Rework
        | StateName::Rejected
        | StateName::Withdrawn
        | StateName::Expired) => state,
    };
    let assigned = EventBody::OwnerAssigned(OwnerAssigned {
        owner_before: candidate.owner.clone(),
        owner: command.owner.clone(),
        note: command.note.clone(),
    });
    Ok(Transcript::of_next(candidate, context).then(state, assigned).events())
}
