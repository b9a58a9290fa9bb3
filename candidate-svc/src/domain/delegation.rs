//! A person's turn that passes to another for a while: out of office. The right to decide does not pass with it.

use countersign_api::name::DelegationName;
use service_kit::access::Role;

use super::limits::{DELEGATION_MAX_SECS, DELEGATORS_MAX, NOTE_MAX_BYTES};
use super::{Actor, Moment, NotEntitled, Person, Refusal, bounds};

/// Roles that pass on the turn of others.
const MANAGERS: &[Role] = &[Role::Manager, Role::Admin];

/// Until it ends, what is one person's turn is another's too. It does not go further: who stands in for a stand-in sees only the stand-in's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Its name.
    pub name: DelegationName,
    /// Whose turn passes.
    pub delegator: Person,
    /// To whom.
    pub delegate: Person,
    /// From when on.
    pub starts_at: Moment,
    /// Until when it was made.
    pub ends_at: Moment,
    /// Why, in words; may be empty.
    pub note: String,
    /// Who made it.
    pub created_by: Person,
    /// When it was made.
    pub created_at: Moment,
    /// When it was ended early, if it was.
    pub ended_at: Option<Moment>,
}

/// Passes a turn on.
#[derive(Debug, Clone)]
pub struct Delegate {
    /// The delegation's name to be.
    pub name: DelegationName,
    /// Whose turn passes; none: the actor's.
    pub delegator: Option<Person>,
    /// To whom.
    pub delegate: Person,
    /// From when on; none, or a moment that has passed: from now.
    pub starts_at: Option<Moment>,
    /// Until when.
    pub ends_at: Moment,
    /// Why, in words; may be empty.
    pub note: String,
}

impl Delegation {
    /// Returns the moment from which on it holds no more.
    pub fn until(&self) -> Moment {
        self.ended_at.map_or(self.ends_at, |ended_at| ended_at.min(self.ends_at))
    }

    /// Tells whether it is over.
    pub fn has_ended(&self, now: Moment) -> bool {
        self.until() <= now
    }

    fn overlaps(&self, starts_at: Moment, ends_at: Moment) -> bool {
        self.starts_at < ends_at && starts_at < self.until()
    }
}

/// Judges whether a turn may pass, beside the delegations of the workspace that have not ended.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn delegate(command: Delegate, others: &[&Delegation], actor: &Actor, now: Moment) -> Result<Delegation, Refusal> {
    let created_by = actor.person().ok_or_else(|| not_yours(NotEntitled::NotAPerson(actor.principal())))?;
    let Delegate { name, delegator, delegate, starts_at, ends_at, note } = command;
    let delegator = delegator.unwrap_or_else(|| created_by.clone());
    check_right(&delegator, actor)?;
    bounds::text("note", &note, NOTE_MAX_BYTES)?;
    if delegate == delegator {
        return Err(Refusal::malformed("delegate", format!("`{delegate}` would stand in for themself: name another")));
    }
    let starts_at = starts_at.map_or(now, |starts_at| starts_at.max(now));
    if ends_at <= starts_at {
        return Err(Refusal::malformed(
            "end_time",
            format!("it is not after the start, `{starts_at}`: choose a later one"),
        ));
    }
    if ends_at > starts_at.plus_secs(DELEGATION_MAX_SECS) {
        let reason =
            format!("it is over `{}` days after the start: choose an earlier one", DELEGATION_MAX_SECS / DAY_SECS);
        return Err(Refusal::malformed("end_time", reason));
    }
    let overlapping = || others.iter().filter(|other| other.overlaps(starts_at, ends_at));
    if let Some(back) = overlapping().find(|other| other.delegator == delegate && other.delegate == delegator) {
        let reason = format!("their own turn passes to `{delegator}` then, by `{}`: name another", back.name);
        return Err(Refusal::malformed("delegate", reason));
    }
    if overlapping().filter(|other| other.delegate == delegate).count() >= DELEGATORS_MAX {
        let reason = format!("`{delegate}` stands in for `{DELEGATORS_MAX}` already: name another");
        return Err(Refusal::malformed("delegate", reason));
    }
    Ok(Delegation { name, delegator, delegate, starts_at, ends_at, note, created_by, created_at: now, ended_at: None })
}

/// Judges whether a delegation that has not ended may end now.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn end_delegation(delegation: &Delegation, note: &str, actor: &Actor, now: Moment) -> Result<Delegation, Refusal> {
    check_right(&delegation.delegator, actor)?;
    bounds::text("note", note, NOTE_MAX_BYTES)?;
    Ok(Delegation { ended_at: Some(now), ..delegation.clone() })
}

/// One's own turn is one's own to pass on; that of others is a manager's.
fn check_right(delegator: &Person, actor: &Actor) -> Result<(), Refusal> {
    let manages = actor.person().is_some() && actor.has_any(MANAGERS);
    if actor.is(delegator.id()) || manages {
        Ok(())
    } else {
        Err(not_yours(NotEntitled::NotTheirTurn(delegator.clone())))
    }
}

fn not_yours(reason: NotEntitled) -> Refusal {
    Refusal::NotYours { what: "pass this turn on", reason }
}

const DAY_SECS: u64 = 24 * 60 * 60;
