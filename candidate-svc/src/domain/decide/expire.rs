//! Lets time end it. Silence never approves (C-10), and time never says what nobody knows (C-4).

use super::transcript::Transcript;
use crate::domain::{
    ApprovalCause, ApprovalWithdrawn, Approved, AttemptOutcome, Candidate, CandidateExpired, Context, Event, EventBody,
    LossCause, Moment, OutcomeLost, Refusal, State, StateName, Verb,
};

pub(super) fn decide(candidate: &Candidate, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let expires_at = expires_at(candidate)?;
    if context.now < expires_at {
        return Err(Refusal::too_early(candidate, Verb::Expire, expires_at));
    }
    // Nothing expires unheard, not even when nobody kept time while a step was due, or when it was put aside meanwhile.
    if candidate.is_unheard() {
        return Err(Refusal::illegal(candidate, Verb::Expire, "the policy names somebody who has not heard of it yet"));
    }
    let transcript = Transcript::of_next(candidate, context);
    // What was approved ahead was seen by nobody: it falls back to people, who may still want it.
    if let Some(before) = approved_ahead(candidate) {
        let note = "the approval given ahead lapsed before anybody executed it".to_owned();
        let withdrawn = EventBody::ApprovalWithdrawn(ApprovalWithdrawn { note, approvals: 0 });
        return Ok(transcript.then(before, withdrawn).events());
    }
    let lost = doubtful_attempt(candidate);
    let transcript = match lost {
        Some(lost) => transcript.then(StateName::OutcomeUnknown, EventBody::OutcomeLost(lost)),
        None => transcript.then(StateName::Expired, EventBody::CandidateExpired(CandidateExpired { expires_at })),
    };
    Ok(transcript.events())
}

fn expires_at(candidate: &Candidate) -> Result<Moment, Refusal> {
    match &candidate.state {
        State::Proposed | State::NeedsEvidence(_) | State::NeedsOwner | State::Edited | State::Held(_) => {
            Ok(candidate.expires_at)
        }
        State::Approved(approved) => Ok(approved.valid_until),
        State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => Err(Refusal::illegal(candidate, Verb::Expire, "")),
    }
}

/// The state to which an approval given ahead falls back, where that cannot say too much of an attempt in doubt (C-4).
fn approved_ahead(candidate: &Candidate) -> Option<StateName> {
    let State::Approved(approved) = &candidate.state else { return None };
    let is_ahead = approved.cause == ApprovalCause::StandingApproval && !approved.in_doubt;
    is_ahead.then(|| State::from(approved.before).name())
}

/// The attempt that the lapsing approval leaves in doubt, if one does.
fn doubtful_attempt(candidate: &Candidate) -> Option<OutcomeLost> {
    let State::Approved(Approved { in_doubt: true, .. }) = &candidate.state else { return None };
    let unknown = |attempt: &&_| matches!(attempt, crate::domain::Attempt { outcome: AttemptOutcome::Unknown, .. });
    candidate.execution.attempts.iter().rev().find(unknown).map(|attempt| OutcomeLost {
        attempt_number: attempt.number,
        fence: attempt.fence,
        cause: LossCause::ApprovalLapsed,
        message: String::new(),
        retry_after_ms: None,
    })
}
