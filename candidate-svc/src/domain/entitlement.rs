//! Who may do what to a candidate.
//!
//! Kind and roles rule out most callers before a command reaches the domain. Here it is judged again, with the candidate at hand: whose
//! proposal it is, who edited it, who holds the claim. The domain does not rely on anybody having looked before.

use service_kit::access::{PrincipalKind, Role};

use super::{Actor, Candidate, Command, Context, LoseTrack, NotEntitled, Person, Refusal, RiskTier, Settlement, Verb};

/// Roles that put actions forward.
const PROPOSERS: &[Role] = &[Role::Proposer, Role::Admin];
/// Roles that decide.
const DECIDERS: &[Role] = &[Role::Reviewer, Role::Manager, Role::Admin];

/// Checks that the actor may propose.
pub(super) fn check_proposer(actor: &Actor) -> Result<(), Refusal> {
    if actor.has_any(PROPOSERS) { Ok(()) } else { refuse(Verb::Propose, roles(PROPOSERS)) }
}

/// Checks that the actor may give this command for this candidate.
pub(super) fn check(candidate: &Candidate, command: &Command, context: &Context<'_>) -> Result<(), Refusal> {
    let judged = match command {
        Command::AddEvidence(_) => evidence_adder(candidate, context.actor),
        Command::RequestEvidence(_)
        | Command::AssignOwner(_)
        | Command::Edit(_)
        | Command::Reject(_)
        | Command::Hold(_) => decider(context.actor),
        Command::Release(_) => if_not_clock(context.actor, decider),
        Command::Approve(_) | Command::Retry(_) => approver(candidate, context).map(drop),
        Command::WithdrawApproval(_) => holder_of_approval(candidate, context.actor),
        Command::Withdraw(_) => proposer(candidate, context.actor),
        Command::Expire | Command::Escalate | Command::LoseTrack(LoseTrack::LeaseLapsed) => clock(context.actor),
        Command::Claim(_) => executor(context.actor),
        Command::ExtendClaim(_)
        | Command::ReportSuccess(_)
        | Command::ReportFailure(_)
        | Command::LoseTrack(LoseTrack::Executor { .. }) => claim_holder(candidate, context.actor),
        Command::Settle(settle) => match settle.settlement {
            Settlement::Approve { .. } => approver(candidate, context).map(drop),
            Settlement::Executed(_) | Settlement::Failed(_) => settler(context.actor),
        },
        Command::SendBack(_) => owner_or_decider(candidate, context.actor),
    };
    let judged = judged.and_then(|()| if_alone_or_allowed(candidate, context));
    judged.or_else(|reason| refuse(command.verb(), reason))
}

/// Whatever is decided about one candidate is decided together with others only where the verdict allows it, never at high risk.
fn if_alone_or_allowed(candidate: &Candidate, context: &Context<'_>) -> Result<(), NotEntitled> {
    let allowed = candidate.policy.bulk_allowed && candidate.risk.tier < RiskTier::High;
    if allowed || !context.in_batch { Ok(()) } else { Err(NotEntitled::SinglyOnly) }
}

/// Returns the person who may approve the present payload, which is the actor.
///
/// A person, of a role that the verdict names; not the proposer and not an editor where it asks for four eyes; not twice (C-9).
pub(super) fn approver(candidate: &Candidate, context: &Context<'_>) -> Result<Person, NotEntitled> {
    let verdict = &candidate.policy;
    let person = person(context.actor)?;
    if !context.actor.has_any(&verdict.approver_roles) {
        return Err(NotEntitled::ApproverRoleMissing { wanted: verdict.approver_roles.clone() });
    }
    if verdict.four_eyes && *person.id() == candidate.proposer {
        return Err(NotEntitled::OwnProposal(person));
    }
    if verdict.four_eyes && candidate.editors.contains(&person) {
        return Err(NotEntitled::OwnEdit(person));
    }
    if candidate.approvals.iter().any(|approval| approval.approver == person) {
        return Err(NotEntitled::ApprovedAlready(person));
    }
    Ok(person)
}

/// Returns the person who decides something that is about no single candidate, which is the actor; a refusal speaks of the verb.
pub(super) fn person_who(verb: Verb, actor: &Actor) -> Result<Person, Refusal> {
    let judged = decider(actor).and_then(|()| person(actor));
    judged.map_err(|reason| Refusal::NotEntitled { verb, reason })
}

fn decider(actor: &Actor) -> Result<(), NotEntitled> {
    person(actor)?;
    if actor.has_any(DECIDERS) { Ok(()) } else { Err(roles(DECIDERS)) }
}

fn person(actor: &Actor) -> Result<Person, NotEntitled> {
    actor.person().ok_or_else(|| NotEntitled::NotAPerson(actor.principal()))
}

fn evidence_adder(candidate: &Candidate, actor: &Actor) -> Result<(), NotEntitled> {
    let serves = is_service(actor) && actor.has_any(&[Role::Proposer]);
    if actor.is(&candidate.proposer) || serves {
        return Ok(());
    }
    person(actor).map_err(|_| NotEntitled::NotTheirEvidence(candidate.proposer.clone()))?;
    decider(actor)
}

fn if_not_clock(actor: &Actor, judge: fn(&Actor) -> Result<(), NotEntitled>) -> Result<(), NotEntitled> {
    match actor {
        Actor::Clock => Ok(()),
        Actor::Caller { .. } => judge(actor),
    }
}

fn clock(actor: &Actor) -> Result<(), NotEntitled> {
    match actor {
        Actor::Clock => Ok(()),
        Actor::Caller { .. } => Err(NotEntitled::NotTheClock),
    }
}

fn holder_of_approval(candidate: &Candidate, actor: &Actor) -> Result<(), NotEntitled> {
    let person = person(actor)?;
    let given = candidate.approvals.iter().any(|approval| approval.approver == person);
    // What a standing approval approved is the act of whoever gave it.
    let ahead = candidate.approved_ahead().is_some_and(|used| used.granted_by == person);
    if given || ahead { Ok(()) } else { Err(NotEntitled::NoApproval(person.id().clone())) }
}

fn proposer(candidate: &Candidate, actor: &Actor) -> Result<(), NotEntitled> {
    if actor.is(&candidate.proposer) { Ok(()) } else { Err(NotEntitled::NotTheProposer(candidate.proposer.clone())) }
}

fn executor(actor: &Actor) -> Result<(), NotEntitled> {
    let executes = is_service(actor) && actor.has_any(&[Role::Executor]);
    if executes { Ok(()) } else { Err(roles(&[Role::Executor])) }
}

fn claim_holder(candidate: &Candidate, actor: &Actor) -> Result<(), NotEntitled> {
    executor(actor)?;
    match candidate.execution.attempts.last() {
        Some(attempt) if actor.is(&attempt.executor) => Ok(()),
        Some(attempt) => Err(NotEntitled::NotTheClaimHolder(attempt.executor.clone())),
        None => Err(NotEntitled::NotTheClaimHolder(actor.principal())),
    }
}

/// A person who decides, or a service with the executor's role: the one that ran the attempt, or a reconciler that read its fence. The
/// fence itself has been checked by then.
fn settler(actor: &Actor) -> Result<(), NotEntitled> {
    executor(actor).or_else(|_| decider(actor))
}

fn owner_or_decider(candidate: &Candidate, actor: &Actor) -> Result<(), NotEntitled> {
    let owns = candidate.owner.as_ref().is_some_and(|owner| actor.is(owner.id()));
    if owns { Ok(()) } else { decider(actor) }
}

fn is_service(actor: &Actor) -> bool {
    match actor {
        Actor::Clock => false,
        Actor::Caller { id, roles: _ } => id.kind() == PrincipalKind::Service,
    }
}

fn roles(wanted: &[Role]) -> NotEntitled {
    NotEntitled::RoleMissing { wanted: wanted.to_vec() }
}

fn refuse(verb: Verb, reason: NotEntitled) -> Result<(), Refusal> {
    Err(Refusal::NotEntitled { verb, reason })
}
