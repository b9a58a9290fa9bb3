use std::{fmt, str::FromStr};

use countersign_api::r#type::v1::Role as WireRole;

use super::PrincipalKind;

/// What a principal may do, besides what its kind already rules out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Makes and revokes tokens, and everything a person may do.
    Admin,
    /// Reviews, and reassigns what others own.
    Manager,
    /// Approves, edits, rejects, holds.
    Reviewer,
    /// Reads reports and decides on policy.
    ProcessOwner,
    /// Reads candidates and the ledger, changes nothing.
    Auditor,
    /// Records triggers and proposes candidates.
    Proposer,
    /// Claims permits and reports outcomes.
    Executor,
    /// Appends events to the ledger.
    Relay,
    /// Erases contents and places legal holds; reads what it needs for that.
    DataProtection,
}

/// Says that a text names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a role; choose one of admin, manager, reviewer, process_owner, auditor, proposer, executor, relay, \
     data_protection"
)]
pub struct RoleError(pub String);

impl Role {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Admin,
        Self::Manager,
        Self::Reviewer,
        Self::ProcessOwner,
        Self::Auditor,
        Self::Proposer,
        Self::Executor,
        Self::Relay,
        Self::DataProtection,
    ];

    /// Returns the name, as command line and storage have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Reviewer => "reviewer",
            Self::ProcessOwner => "process_owner",
            Self::Auditor => "auditor",
            Self::Proposer => "proposer",
            Self::Executor => "executor",
            Self::Relay => "relay",
            Self::DataProtection => "data_protection",
        }
    }

    /// Tells whether a principal of this kind can hold the role at all: only people decide, only services execute.
    pub const fn suits(self, kind: PrincipalKind) -> bool {
        use PrincipalKind::{Generator, Human, Service};
        match self {
            Self::Admin | Self::Manager | Self::Reviewer | Self::ProcessOwner | Self::DataProtection => {
                matches!(kind, Human)
            }
            Self::Auditor => matches!(kind, Human | Service),
            Self::Proposer => matches!(kind, Human | Generator | Service),
            Self::Executor | Self::Relay => matches!(kind, Service),
        }
    }

    /// Returns the role as the contract has it.
    pub const fn to_wire(self) -> WireRole {
        match self {
            Self::Admin => WireRole::Admin,
            Self::Manager => WireRole::Manager,
            Self::Reviewer => WireRole::Reviewer,
            Self::ProcessOwner => WireRole::ProcessOwner,
            Self::Auditor => WireRole::Auditor,
            Self::Proposer => WireRole::Proposer,
            Self::Executor => WireRole::Executor,
            Self::Relay => WireRole::Relay,
            Self::DataProtection => WireRole::DataProtection,
        }
    }

    /// Reads a role of the contract; none for the unspecified one.
    pub const fn from_wire(role: WireRole) -> Option<Self> {
        match role {
            WireRole::Unspecified => None,
            WireRole::Admin => Some(Self::Admin),
            WireRole::Manager => Some(Self::Manager),
            WireRole::Reviewer => Some(Self::Reviewer),
            WireRole::ProcessOwner => Some(Self::ProcessOwner),
            WireRole::Auditor => Some(Self::Auditor),
            WireRole::Proposer => Some(Self::Proposer),
            WireRole::Executor => Some(Self::Executor),
            WireRole::Relay => Some(Self::Relay),
            WireRole::DataProtection => Some(Self::DataProtection),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| RoleError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_as_written() {
        for role in Role::ALL {
            assert_eq!(role.name().parse(), Ok(role));
            assert_eq!(Role::from_wire(role.to_wire()), Some(role));
        }
        assert!("Admin".parse::<Role>().is_err());
        assert_eq!(Role::from_wire(WireRole::Unspecified), None);
    }

    #[test]
    fn no_machine_holds_a_role_that_decides() {
        for role in [Role::Admin, Role::Manager, Role::Reviewer, Role::ProcessOwner, Role::DataProtection] {
            assert!(role.suits(PrincipalKind::Human));
            assert!(!role.suits(PrincipalKind::Generator));
            assert!(!role.suits(PrincipalKind::Service));
        }
    }
}
