//! Judges commands: a file per verb, and here what comes before all of them.

mod add_evidence;
mod approve;
mod assign_owner;
mod back_off;
mod check_evidence;
mod check_proposal;
mod check_result;
mod claim;
mod edit;
mod escalate;
mod expire;
mod extend_claim;
mod hold;
mod lose_track;
mod patch;
mod payload;
mod propose;
mod reject;
mod release;
mod report;
mod request_evidence;
mod required_evidence;
mod retry;
mod send_back;
mod settle;
mod transcript;
mod withdraw;
mod withdraw_ahead;
mod withdraw_approval;

pub use propose::propose;
pub use withdraw_ahead::withdraw_ahead;

use super::{Candidate, Command, Context, Event, LoseTrack, Refusal, allowed_transitions, entitlement, erasure};

/// Judges a command and returns what happens, at least one event, all of one revision.
///
/// What is refused is refused for the first of these reasons, in this order:
///
/// 1. **a stale etag or fence**: whoever sends one decided on something else than what stands here, and every further reason would speak
///    of a candidate they have not seen. Example: Anna reads a candidate and Ben rejects it; Anna's approval is answered "it changed,
///    read again" and not "approve is not possible in `REJECTED`", which she would have to take for a fault of hers. So a client has one
///    rule: on `ETAG_STALE` read again, on any other refusal the candidate is as you saw it.
/// 2. **the state**: what is possible comes before who may do it; nobody asks a manager for a right that would not help.
/// 3. **rights**: nobody who may not decide learns whether their digest was right.
/// 4. **the digest**, then the command's own facts.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn decide(candidate: &Candidate, command: &Command, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    check_etag(candidate, command)?;
    check_fence(candidate, command)?;
    check_state(candidate, command)?;
    erasure::check(candidate, command, context.actor)?;
    entitlement::check(candidate, command, context)?;
    match command {
        Command::AddEvidence(facts) => add_evidence::decide(candidate, facts, context),
        Command::RequestEvidence(facts) => request_evidence::decide(candidate, facts, context),
        Command::AssignOwner(facts) => assign_owner::decide(candidate, facts, context),
        Command::Edit(facts) => edit::decide(candidate, facts, context),
        Command::Approve(facts) => approve::decide(candidate, facts, context),
        Command::WithdrawApproval(facts) => withdraw_approval::decide(candidate, facts, context),
        Command::Reject(facts) => reject::decide(candidate, facts, context),
        Command::Hold(facts) => hold::decide(candidate, facts, context),
        Command::Release(facts) => release::decide(candidate, facts, context),
        Command::Withdraw(facts) => withdraw::decide(candidate, facts, context),
        Command::Expire => expire::decide(candidate, context),
        Command::Escalate => escalate::decide(candidate, context),
        Command::Claim(facts) => claim::decide(candidate, facts, context),
        Command::ExtendClaim(facts) => extend_claim::decide(candidate, facts, context),
        Command::ReportSuccess(facts) => report::success(candidate, facts, context),
        Command::ReportFailure(facts) => report::failure(candidate, facts, context),
        Command::LoseTrack(facts) => lose_track::decide(candidate, facts, context),
        Command::Settle(facts) => settle::decide(candidate, facts, context),
        Command::Retry(facts) => retry::decide(candidate, facts, context),
        Command::SendBack(facts) => send_back::decide(candidate, facts, context),
    }
}

fn check_etag(candidate: &Candidate, command: &Command) -> Result<(), Refusal> {
    match command.etag() {
        Some(given) if given != candidate.etag() => Err(Refusal::stale(candidate, given)),
        Some(_) | None => Ok(()),
    }
}

/// A fence is to an executor what the etag is to a person (C-3).
fn check_fence(candidate: &Candidate, command: &Command) -> Result<(), Refusal> {
    let given = match command {
        Command::ExtendClaim(facts) => facts.fence,
        Command::ReportSuccess(facts) => facts.fence,
        Command::ReportFailure(facts) => facts.fence,
        Command::LoseTrack(LoseTrack::Executor { fence, .. }) => *fence,
        Command::Settle(facts) => return settle::check_fence(candidate, facts),
        Command::AddEvidence(_)
        | Command::RequestEvidence(_)
        | Command::AssignOwner(_)
        | Command::Edit(_)
        | Command::Approve(_)
        | Command::WithdrawApproval(_)
        | Command::Reject(_)
        | Command::Hold(_)
        | Command::Release(_)
        | Command::Withdraw(_)
        | Command::Expire
        | Command::Escalate
        | Command::Claim(_)
        | Command::LoseTrack(LoseTrack::LeaseLapsed)
        | Command::Retry(_)
        | Command::SendBack(_) => return Ok(()),
    };
    let present = candidate.execution.fence;
    if given == present { Ok(()) } else { Err(Refusal::FenceStale { given, present }) }
}

fn check_state(candidate: &Candidate, command: &Command) -> Result<(), Refusal> {
    let verb = command.verb();
    if allowed_transitions(candidate).contains(&verb) { Ok(()) } else { Err(Refusal::illegal(candidate, verb, "")) }
}
