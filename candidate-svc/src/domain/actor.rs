//! Who gives a command.

use std::collections::BTreeSet;

use service_kit::access::{Principal, PrincipalId, PrincipalKind, Role};

use super::Person;

/// The name under which the clock's acts are recorded, without its collection.
pub const CLOCK_ID: &str = "clock";

/// The name under which candidate-svc's own acts are recorded, without its collection.
pub const CANDIDATE_SVC_ID: &str = "candidates";

/// What the id of every simulated person begins with.
pub const SIMULATED_PREFIX: &str = "humans/simulated-";

/// Who gives a command: an authenticated caller, or the clock.
///
/// The clock is a case of its own, so that no token can act as it and it can never be handed what asks for a person (C-10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Time itself: expiry, the end of a hold, a lapsed lease.
    Clock,
    /// An authenticated principal with its roles.
    Caller {
        /// Who it is.
        id: PrincipalId,
        /// What it may do, besides what its kind rules out.
        roles: BTreeSet<Role>,
    },
}

impl Actor {
    /// Returns candidate-svc itself, which proposes what a changed policy file says and puts an approved policy in force.
    ///
    /// # Panics
    ///
    /// Never: its name is well formed.
    pub fn candidate_svc() -> Self {
        let id =
            PrincipalId::new(PrincipalKind::Service, CANDIDATE_SVC_ID).expect("`services/candidates` is a principal");
        Self::Caller { id, roles: BTreeSet::from([Role::Proposer, Role::Executor]) }
    }

    /// Tells whether it is candidate-svc itself.
    pub fn is_candidate_svc(&self) -> bool {
        match self {
            Self::Clock => false,
            Self::Caller { id, roles: _ } => *id == Self::candidate_svc().principal(),
        }
    }

    /// Returns the principal under which the act is recorded.
    ///
    /// # Panics
    ///
    /// Never: the clock's name is well formed.
    pub fn principal(&self) -> PrincipalId {
        match self {
            Self::Clock => PrincipalId::new(PrincipalKind::Service, CLOCK_ID).expect("`services/clock` is a principal"),
            Self::Caller { id, roles: _ } => id.clone(),
        }
    }

    /// Returns the person, when it is one.
    pub fn person(&self) -> Option<Person> {
        match self {
            Self::Clock => None,
            Self::Caller { id, roles: _ } => Person::try_from(id.clone()).ok(),
        }
    }

    /// Tells whether it is this principal.
    pub fn is(&self, principal: &PrincipalId) -> bool {
        match self {
            Self::Clock => false,
            Self::Caller { id, roles: _ } => id == principal,
        }
    }

    /// Tells whether it holds one of the roles. A role that its kind cannot hold counts for nothing, wherever it comes from.
    pub fn has_any(&self, wanted: &[Role]) -> bool {
        match self {
            Self::Clock => false,
            Self::Caller { id, roles } => wanted.iter().any(|role| role.suits(id.kind()) && roles.contains(role)),
        }
    }
}

impl From<&Principal> for Actor {
    fn from(principal: &Principal) -> Self {
        Self::Caller { id: principal.id().clone(), roles: principal.roles().clone() }
    }
}

/// Tells whether acts of this principal are a simulation's, not a person's.
pub fn is_simulated(principal: &PrincipalId) -> bool {
    principal.as_str().starts_with(SIMULATED_PREFIX)
}
