//! Puts a candidate aside, or changes when that ends.

use super::transcript::Transcript;
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{Candidate, CandidateHeld, Context, Event, EventBody, Hold, Refusal, StateName, bounds};

pub(super) fn decide(candidate: &Candidate, command: &Hold, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    bounds::required_text("reason", &command.reason, NOTE_MAX_BYTES)?;
    if command.until_at.is_some_and(|until| until <= context.now) {
        return Err(Refusal::malformed("until_time", "it has passed: name a later moment, or none"));
    }
    if let Some(until) = command.until_at.filter(|until| *until > candidate.expires_at) {
        let expires_at = candidate.expires_at;
        let reason = format!("`{until}` is after it expires, at `{expires_at}`: name a moment before");
        return Err(Refusal::malformed("until_time", reason));
    }
    let held = EventBody::CandidateHeld(CandidateHeld {
        reason: command.reason.clone(),
        until_at: command.until_at,
        until_evidence: command.until_evidence,
    });
    Ok(Transcript::of_next(candidate, context).then(StateName::Held, held).events())
}
