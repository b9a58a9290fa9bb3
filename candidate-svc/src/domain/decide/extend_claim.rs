//! Gives the executor that holds the claim more time.

use super::{claim, transcript::Transcript};
use crate::domain::{Candidate, ClaimExtended, Context, Event, EventBody, ExtendClaim, Refusal, StateName};

pub(super) fn decide(
    candidate: &Candidate,
    command: &ExtendClaim,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    claim::check_lease(command.lease_ms)?;
    let transcript = Transcript::of_next(candidate, context);
    let extended = EventBody::ClaimExtended(ClaimExtended {
        fence: command.fence,
        lease_expires_at: transcript.occurred_at().plus_ms(command.lease_ms),
    });
    Ok(transcript.then(StateName::Executing, extended).events())
}
