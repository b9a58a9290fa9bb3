//! Takes back an approval that was given ahead.

use super::{Revocation, StandingApproval};
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{Context, Refusal, Verb, bounds, entitlement};

/// Asks to take back an approval that was given ahead.
#[derive(Debug, Clone)]
pub struct RevokeStandingApproval {
    /// Why, in words.
    pub reason: String,
}

/// Takes a standing approval back. Whoever may decide may do that, at any time, and candidate-svc itself: it takes away, and approves
/// nothing. One that was taken back stays as it is, and then nothing is returned.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn revoke(
    standing: &StandingApproval,
    command: &RevokeStandingApproval,
    context: &Context<'_>,
) -> Result<Option<StandingApproval>, Refusal> {
    if !context.actor.is_candidate_svc() {
        entitlement::person_who(Verb::WithdrawApproval, context.actor)?;
    }
    bounds::required_text("reason", &command.reason, NOTE_MAX_BYTES)?;
    if standing.revocation.is_some() {
        return Ok(None);
    }
    let revoked_at = context.now.max(standing.granted_at);
    let revoked_by = context.actor.principal();
    let revocation = Revocation { revoked_at, revoked_by, reason: command.reason.clone() };
    Ok(Some(StandingApproval { revision: standing.revision + 1, revocation: Some(revocation), ..standing.clone() }))
}
