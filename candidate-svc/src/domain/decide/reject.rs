//! Refuses a candidate, with a reason that can be counted and words that can be read.

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{Candidate, CandidateRejected, Context, Event, EventBody, Refusal, Reject, StateName, bounds};

pub(super) fn decide(candidate: &Candidate, command: &Reject, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    bounds::required_text("note", &command.note, NOTE_MAX_BYTES)?;
    let rejected =
        EventBody::CandidateRejected(CandidateRejected { reason: command.reason, note: command.note.clone() });
    Ok(Transcript::of_next(candidate, context).then(StateName::Rejected, rejected).events())
}
