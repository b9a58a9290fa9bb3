//! Whose turn it is: for every candidate, always answerable.

use std::fmt;

use service_kit::access::{PrincipalId, Role};

use super::{Audience, Candidate, Person, State};

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Somebody's who decides.
    Decider(Audience),
    /// The proposer's: evidence is awaited.
    Proposer(PrincipalId),
    /// The executors'.
    Executors,
    /// Nobody's: it is put aside, or its life is over.
    Nobody,
}

impl Candidate {
    /// Returns whose turn it is. Who was escalated to comes before the owner; either of them who may not decide on it, because it is their
    /// own proposal or edit or they did already, makes way, and so does an owner where no reviewer may approve: at last for everybody with the first role that may approve.
    pub fn turn(&self) -> Turn {
        match &self.state {
            State::Proposed | State::Edited | State::Failed | State::OutcomeUnknown | State::Rework(_) => {
                Turn::Decider(self.decider())
            }
            State::NeedsEvidence(_) => {
                self.heard_of_it().map_or_else(|| Turn::Proposer(self.proposer.clone()), Turn::Decider)
            }
            State::NeedsOwner => Turn::Decider(self.escalated_to().unwrap_or(Audience::Role(Role::Manager))),
            State::Approved(_) | State::Executing(_) => Turn::Executors,
            State::Held(_) => self.heard_of_it().map_or(Turn::Nobody, Turn::Decider),
            State::Executed | State::Rejected(_) | State::Withdrawn(_) | State::Expired => Turn::Nobody,
        }
    }

    /// Returns to whom it was escalated while it waits for evidence, or is put aside: since then, not before.
    fn heard_of_it(&self) -> Option<Audience> {
        self.escalation.as_ref().filter(|escalation| !escalation.is_answered).map(|escalation| escalation.to.clone())
    }

    fn escalated_to(&self) -> Option<Audience> {
        self.escalation.as_ref().map(|escalation| escalation.to.clone())
    }

    fn decider(&self) -> Audience {
        let is_done = |audience: &Audience| matches!(audience, Audience::Person(person) if self.is_done_by(person));
        let roles = &self.policy.approver_roles;
        // Nothing here knows which roles a person holds; an owner is a reviewer, and where those may not approve, they are not waited for.
        let may_approve = roles.is_empty() || roles.contains(&Role::Reviewer);
        let owner = || self.owner.clone().map(Audience::Person).filter(|owner| may_approve && !is_done(owner));
        let role = roles.first().copied().unwrap_or(Role::Manager);
        let escalated_to = self.escalated_to().filter(|audience| !is_done(audience));
        escalated_to.or_else(owner).unwrap_or(Audience::Role(role))
    }

    /// Tells whether the person did their part, or may have none.
    fn is_done_by(&self, person: &Person) -> bool {
        let own = *person.id() == self.proposer || self.editors.contains(person);
        let approved = self.approvals.iter().any(|approval| approval.approver == *person);
        approved || (own && self.policy.four_eyes)
    }
}

impl fmt::Display for Turn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decider(audience) => audience.fmt(formatter),
            Self::Proposer(proposer) => proposer.fmt(formatter),
            Self::Executors => formatter.write_str("services/executors"),
            Self::Nobody => Ok(()),
        }
    }
}
