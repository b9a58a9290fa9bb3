//! Attempts that begin and end.

use crate::domain::{
    Approved, Attempt, AttemptOutcome, Candidate, CandidateExecuted, Claim, ClaimExtended, Event, Executing,
    ExecutionFailed, ExecutionStarted, LossCause, Moment, OutcomeLost, State,
};

pub(super) fn started(candidate: &mut Candidate, facts: &ExecutionStarted, event: &Event) {
    assert_eq!(facts.digest, candidate.payload.digest(), "C-1: what runs is what was approved");
    assert_eq!(facts.fence, candidate.execution.fence + 1, "C-3: every claim has the next fence");
    let number = candidate.execution.next_attempt_number();
    assert_eq!(facts.attempt_number, number, "C-8: attempts are numbered without gaps");
    let key = candidate.idempotency_key();
    assert_eq!(key.as_ref(), Some(&facts.idempotency_key), "C-4: attempts under one approval share its key");
    let State::Approved(approved) = &candidate.state else { panic!("C-1: claimed, but not approved") };
    candidate.state = State::Executing(Executing {
        approved: Approved { attempts: approved.attempts + 1, retry_not_before: None, ..approved.clone() },
        claim: Claim {
            attempt_number: facts.attempt_number,
            fence: facts.fence,
            executor: event.actor.clone(),
            lease_expires_at: facts.lease_expires_at,
            approving_entry_index: facts.approving_entry_index,
        },
    });
    candidate.execution.fence = facts.fence;
    candidate.execution.attempts.push(Attempt {
        number: facts.attempt_number,
        fence: facts.fence,
        executor: event.actor.clone(),
        started_at: event.occurred_at,
        ended_at: None,
        outcome: AttemptOutcome::Running,
    });
}

pub(super) fn extended(candidate: &mut Candidate, facts: &ClaimExtended) {
    let State::Executing(executing) = &mut candidate.state else { panic!("C-3: there is no claim to extend") };
    assert_eq!(facts.fence, executing.claim.fence, "C-3: a stale fence changes nothing");
    executing.claim.lease_expires_at = facts.lease_expires_at;
}

pub(super) fn executed(candidate: &mut Candidate, facts: &CandidateExecuted, event: &Event) {
    end_attempt(candidate, facts.attempt_number, facts.fence, AttemptOutcome::Succeeded, event.occurred_at);
    candidate.execution.result = Some(facts.result.clone());
    candidate.state = State::Executed;
}

pub(super) fn failed(candidate: &mut Candidate, facts: &ExecutionFailed, event: &Event) {
    let outcome = AttemptOutcome::Failed(facts.failure.clone());
    let approved = end_attempt(candidate, facts.attempt_number, facts.fence, outcome, event.occurred_at);
    let in_doubt = approved.in_doubt;
    match facts.retry_after_ms {
        Some(retry_after_ms) => go_back(candidate, approved, event.occurred_at, retry_after_ms),
        None => stop(candidate, in_doubt),
    }
}

pub(super) fn lost(candidate: &mut Candidate, facts: &OutcomeLost, event: &Event) {
    match facts.cause {
        LossCause::LeaseLapsed | LossCause::Executor => {
            let (number, fence) = (facts.attempt_number, facts.fence);
            let approved = end_attempt(candidate, number, fence, AttemptOutcome::Unknown, event.occurred_at);
            match facts.retry_after_ms {
                Some(retry_after_ms) => {
                    let approved = Approved { in_doubt: true, ..approved };
                    go_back(candidate, approved, event.occurred_at, retry_after_ms);
                }
                None => stop(candidate, true),
            }
        }
        LossCause::ApprovalLapsed => stop(candidate, true),
    }
}

/// Ends the attempt that runs, and returns the approval that it ran under.
fn end_attempt(
    candidate: &mut Candidate,
    number: u32,
    fence: u64,
    outcome: AttemptOutcome,
    ended_at: Moment,
) -> Approved {
    let State::Executing(executing) = &candidate.state else { panic!("C-3: there is no claim to end") };
    let claim = &executing.claim;
    assert_eq!((number, fence), (claim.attempt_number, claim.fence), "C-3: a stale fence changes nothing");
    let attempt = candidate.execution.attempts.last_mut().expect("C-3: a claim has its attempt on record");
    attempt.outcome = outcome;
    attempt.ended_at = Some(ended_at);
    executing.approved.clone()
}

/// Goes back to `APPROVED` under the same approval.
fn go_back(candidate: &mut Candidate, mut approved: Approved, ended_at: Moment, retry_after_ms: u64) {
    approved.retry_not_before = Some(ended_at.plus_ms(retry_after_ms));
    candidate.state = State::Approved(approved);
}

/// Ends execution without success. What follows is another approval's, so those that stood are used up.
fn stop(candidate: &mut Candidate, in_doubt: bool) {
    candidate.drop_approvals();
    candidate.state = if in_doubt { State::OutcomeUnknown } else { State::Failed };
}
