//! Ends a hold: by a reviewer at any time, by the clock when its time has come.

use super::transcript::Transcript;
use crate::domain::{
    Actor, Candidate, CandidateReleased, Context, Event, EventBody, Held, Refusal, Release, ReleaseCause, State, Verb,
};

pub(super) fn decide(candidate: &Candidate, command: &Release, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let State::Held(held) = &candidate.state else { return Err(Refusal::illegal(candidate, Verb::Release, "")) };
    let cause = match context.actor {
        Actor::Caller { .. } if command.etag.is_none() => {
            return Err(Refusal::malformed("etag", "it is missing: send the one that was read"));
        }
        Actor::Caller { .. } => ReleaseCause::Reviewer,
        Actor::Clock => by_time(candidate, held, context)?,
    };
    let released = EventBody::CandidateReleased(CandidateReleased { cause });
    Ok(Transcript::of_next(candidate, context).then(held.before.name(), released).events())
}

fn by_time(candidate: &Candidate, held: &Held, context: &Context<'_>) -> Result<ReleaseCause, Refusal> {
    match held.until_at {
        None => Err(Refusal::illegal(candidate, Verb::Release, "the hold has no end in time")),
        Some(until) if context.now < until => Err(Refusal::too_early(candidate, Verb::Release, until)),
        Some(_) => Ok(ReleaseCause::Time),
    }
}
