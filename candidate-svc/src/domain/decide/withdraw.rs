//! Takes a proposal back, or says what supersedes it.

use countersign_api::name::CandidateName;

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{Candidate, CandidateWithdrawn, Context, Event, EventBody, Refusal, StateName, Withdraw, bounds};

pub(super) fn decide(candidate: &Candidate, command: &Withdraw, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    bounds::text("reason", &command.reason, NOTE_MAX_BYTES)?;
    if let Some(successor) = &command.superseded_by {
        check_relative("superseded_by", &candidate.name, successor)?;
    }
    let withdrawn = EventBody::CandidateWithdrawn(CandidateWithdrawn {
        reason: command.reason.clone(),
        superseded_by: command.superseded_by.clone(),
    });
    Ok(Transcript::of_next(candidate, context).then(StateName::Withdrawn, withdrawn).events())
}

/// Refuses a successor or predecessor that is the candidate itself or in another workspace.
pub(super) fn check_relative(field: &str, candidate: &CandidateName, other: &CandidateName) -> Result<(), Refusal> {
    if other.workspace != candidate.workspace {
        return Err(Refusal::malformed(field, format!("it is outside `{}`: name one inside", candidate.workspace)));
    }
    if other == candidate {
        return Err(Refusal::malformed(field, "it is the candidate itself: name another, or none"));
    }
    Ok(())
}
