//! Orders another try after a failure: an approval of the same bytes like any other.

use super::{approve, transcript::Transcript};
use crate::domain::{ApprovalCause, Approve, Candidate, Context, Event, Refusal, Verb};

pub(super) fn decide(candidate: &Candidate, command: &Approve, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let transcript = Transcript::of_next(candidate, context);
    let at = transcript.occurred_at();
    let (state, approved) = approve::collect(candidate, Verb::Retry, ApprovalCause::Retry, command, at, context)?;
    Ok(transcript.then(state, approved).events())
}
