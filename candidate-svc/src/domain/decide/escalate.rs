//! Brings an undecided candidate to somebody else: by the clock, when the policy's time has come. It never approves (C-10).

use super::transcript::Transcript;
use crate::domain::{Candidate, CandidateEscalated, Context, Event, EventBody, Refusal, Verb};

pub(super) fn decide(candidate: &Candidate, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Some(next) = candidate.next_escalation() else {
        return Err(Refusal::illegal(candidate, Verb::Escalate, "the policy names nobody further"));
    };
    if context.now < next.due_at {
        return Err(Refusal::too_early(candidate, Verb::Escalate, next.due_at));
    }
    let transcript = Transcript::of_next(candidate, context);
    let escalated = EventBody::CandidateEscalated(CandidateEscalated {
        step: next.step,
        to: next.policy.to.clone(),
        expires_at: candidate.expiry_after(&next, transcript.occurred_at()),
    });
    Ok(transcript.then(candidate.state.name(), escalated).events())
}
