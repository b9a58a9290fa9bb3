//! Says that nobody knows how an attempt ended: the executor says so, or its lease lapsed.

use super::{back_off, report::executing, transcript::Transcript};
use crate::domain::limits::MESSAGE_MAX_BYTES;
use crate::domain::{
    Candidate, Context, Event, EventBody, LoseTrack, LossCause, OutcomeLost, Refusal, StateName, Verb, bounds,
};

pub(super) fn decide(candidate: &Candidate, command: &LoseTrack, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let executing = executing(candidate, Verb::LoseTrack)?;
    let claim = &executing.claim;
    let (cause, message) = match command {
        LoseTrack::LeaseLapsed if context.now < claim.lease_expires_at => {
            return Err(Refusal::too_early(candidate, Verb::LoseTrack, claim.lease_expires_at));
        }
        LoseTrack::LeaseLapsed => (LossCause::LeaseLapsed, ""),
        LoseTrack::Executor { fence: _, message } => (LossCause::Executor, message.as_str()),
    };
    bounds::text("unknown", message, MESSAGE_MAX_BYTES)?;
    let transcript = Transcript::of_next(candidate, context);
    let action_type = context.action_type.filter(|action_type| action_type.name == candidate.proposal.action_type);
    // Only the catalogue can call it safe to repeat what may have been done (C-4). A type that it no longer has is not.
    let retry_after_ms = if action_type.is_some_and(|action_type| action_type.retry_safe) {
        back_off::before_next_attempt(executing, transcript.occurred_at())
    } else {
        None
    };
    let state = if retry_after_ms.is_some() { StateName::Approved } else { StateName::OutcomeUnknown };
    let lost = EventBody::OutcomeLost(OutcomeLost {
        attempt_number: claim.attempt_number,
        fence: claim.fence,
        cause,
        message: message.to_owned(),
        retry_after_ms,
    });
    Ok(transcript.then(state, lost).events())
}
