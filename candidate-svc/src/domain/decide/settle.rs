//! Says what was found out about an unknown outcome. Back to `APPROVED` it comes only by a person, as an approval.

use super::{approve, check_result, transcript::Transcript};
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{
    Actor, ApprovalCause, Approve, Candidate, Context, Event, EventBody, Finding, OutcomeSettled, Refusal, Settle,
    Settlement, StateName, Verb, bounds,
};

pub(super) fn decide(candidate: &Candidate, command: &Settle, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    check_service_fence(command, context.actor)?;
    bounds::required_text("finding", &command.finding, NOTE_MAX_BYTES)?;
    let transcript = Transcript::of_next(candidate, context);
    let settled = |finding| EventBody::OutcomeSettled(OutcomeSettled { words: command.finding.clone(), finding });
    let transcript = match &command.settlement {
        Settlement::Executed(result) => {
            check_result::result("executed", result)?;
            transcript.then(StateName::Executed, settled(Finding::Executed(result.clone())))
        }
        Settlement::Failed(failure) => {
            check_result::failure("failed", failure)?;
            transcript.then(StateName::Failed, settled(Finding::Failed(failure.clone())))
        }
        Settlement::Approve { digest, acknowledged_conflicts } => {
            let approve = Approve {
                etag: command.etag,
                digest: *digest,
                note: command.finding.clone(),
                acknowledged_conflicts: acknowledged_conflicts.clone(),
            };
            let at = transcript.occurred_at();
            let (state, approved) =
                approve::collect(candidate, Verb::Settle, ApprovalCause::Settlement, &approve, at, context)?;
            transcript.then(StateName::OutcomeUnknown, settled(Finding::MayRetry)).then(state, approved)
        }
    };
    Ok(transcript.events())
}

/// Refuses a fence that was given and is not the last one.
pub(super) fn check_fence(candidate: &Candidate, command: &Settle) -> Result<(), Refusal> {
    let present = candidate.execution.fence;
    match command.fence {
        Some(given) if given != present => Err(Refusal::FenceStale { given, present }),
        Some(_) | None => Ok(()),
    }
}

/// A person may settle without a fence, a service may not.
fn check_service_fence(command: &Settle, actor: &Actor) -> Result<(), Refusal> {
    match (actor.person(), command.fence) {
        (None, None) => Err(Refusal::malformed(
            "fence",
            "it is missing, and a service names the last claim: send the fence of the permit you held, or the candidate's \
             `execution.fence` once you have looked into that attempt",
        )),
        (Some(_), _) | (None, Some(_)) => Ok(()),
    }
}
