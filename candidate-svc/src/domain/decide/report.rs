//! Takes an executor's word on how its attempt ended.

use super::{back_off, check_result, transcript::Transcript};
use crate::domain::{
    Candidate, CandidateExecuted, Context, Event, EventBody, Executing, ExecutionFailed, Refusal, ReportFailure,
    ReportSuccess, State, StateName, Verb,
};

pub(super) fn success(
    candidate: &Candidate,
    command: &ReportSuccess,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let executing = executing(candidate, Verb::ReportSuccess)?;
    check_result::result("succeeded", &command.result)?;
    let executed = EventBody::CandidateExecuted(CandidateExecuted {
        attempt_number: executing.claim.attempt_number,
        fence: command.fence,
        result: command.result.clone(),
    });
    Ok(Transcript::of_next(candidate, context).then(StateName::Executed, executed).events())
}

pub(super) fn failure(
    candidate: &Candidate,
    command: &ReportFailure,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    let executing = executing(candidate, Verb::ReportFailure)?;
    check_result::failure("failed", &command.failure)?;
    let transcript = Transcript::of_next(candidate, context);
    let retry_after_ms = if command.failure.retry_safe {
        back_off::before_next_attempt(executing, transcript.occurred_at())
    } else {
        None
    };
    // Example: attempt 1 set the field and its answer was lost; attempt 2 finds the field "changed since" and fails. To call that FAILED
    // would invite a person to do it a second time. What an earlier attempt under this approval did stays unknown (C-4).
    let state = match retry_after_ms {
        Some(_) => StateName::Approved,
        None if executing.approved.in_doubt => StateName::OutcomeUnknown,
        None => StateName::Failed,
    };
    let failed = EventBody::ExecutionFailed(ExecutionFailed {
        attempt_number: executing.claim.attempt_number,
        fence: command.fence,
        failure: command.failure.clone(),
        retry_after_ms,
    });
    Ok(transcript.then(state, failed).events())
}

/// Returns the claim under which an attempt runs.
pub(super) fn executing(candidate: &Candidate, verb: Verb) -> Result<&Executing, Refusal> {
    match &candidate.state {
        State::Executing(executing) => Ok(executing),
        State::Proposed
        | State::NeedsEvidence(_)
        | State::NeedsOwner
        | State::Edited
        | State::Held(_)
        | State::Approved(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => Err(Refusal::illegal(candidate, verb, "")),
    }
}
