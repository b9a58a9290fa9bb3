//! Gives an executor the lease on an approved and recorded candidate. The attempt is on record before any call is made.

use super::transcript::Transcript;
use crate::domain::limits::{LEASE_MAX_MS, LEASE_MIN_MS};
use crate::domain::{
    Approved, Candidate, ClaimCommand, Context, Event, EventBody, ExecutionStarted, RecordedAt, Refusal, State,
    StateName, Verb, idempotency_key,
};

pub(super) fn decide(
    candidate: &Candidate,
    command: &ClaimCommand,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let State::Approved(approved) = &candidate.state else { return Err(Refusal::illegal(candidate, Verb::Claim, "")) };
    check_lease(command.lease_ms)?;
    let action_type = context.catalogued(&candidate.proposal.action_type)?;
    if action_type.changes_policy() && !context.actor.is_candidate_svc() {
        return Err(Refusal::illegal(candidate, Verb::Claim, "candidate-svc carries it out itself"));
    }
    let recorded_at = check_recorded(candidate, approved, command.recorded_at)?;
    if context.now >= approved.valid_until {
        return Err(Refusal::too_late(candidate, Verb::Claim, approved.valid_until));
    }
    if let Some(not_before) = approved.retry_not_before.filter(|&not_before| context.now < not_before) {
        return Err(Refusal::too_early(candidate, Verb::Claim, not_before));
    }

    let transcript = Transcript::of_next(candidate, context);
    let started = EventBody::ExecutionStarted(ExecutionStarted {
        attempt_number: candidate.execution.next_attempt_number(),
        fence: candidate.execution.fence + 1,
        lease_expires_at: transcript.occurred_at().plus_ms(command.lease_ms),
        idempotency_key: idempotency_key(&candidate.name, approved.revision),
        digest: candidate.payload.digest(),
        approving_entry_index: recorded_at.entry_index,
    });
    Ok(transcript.then(StateName::Executing, started).events())
}

/// Refuses a lease that is too short to work under or too long to wait for.
pub(super) fn check_lease(lease_ms: u64) -> Result<(), Refusal> {
    if (LEASE_MIN_MS..=LEASE_MAX_MS).contains(&lease_ms) {
        return Ok(());
    }
    let reason = format!("it is `{lease_ms}` ms: choose from `{LEASE_MIN_MS}` to `{LEASE_MAX_MS}` ms");
    Err(Refusal::malformed("lease", reason))
}

/// Lets nothing through but this approval's own receipt, under a checkpoint that covers it (C-2).
fn check_recorded(
    candidate: &Candidate,
    approved: &Approved,
    recorded_at: Option<RecordedAt>,
) -> Result<RecordedAt, Refusal> {
    let own = recorded_at.filter(|recorded| {
        (recorded.revision, recorded.ordinal) == (approved.revision, approved.ordinal)
            && recorded.entry_index < recorded.checkpoint_size
    });
    let reason = "its approval is not in the ledger under a signed checkpoint yet";
    own.ok_or_else(|| Refusal::illegal(candidate, Verb::Claim, reason))
}
