//! What an event is about: mostly a candidate, now and then something else of a workspace.

use std::fmt;

use countersign_api::name::{CandidateName, DelegationName, StandingApprovalName, Workspace};
use uuid::Uuid;

/// What an event is about. Its id, revision and ordinal are the event's idempotency key in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A candidate.
    Candidate(CandidateName),
    /// An approval given ahead.
    StandingApproval(StandingApprovalName),
    /// A person's turn that passes to another.
    Delegation(DelegationName),
    /// The workspace's review policy; the event's revision is the policy's.
    Policy(Workspace),
}

impl Subject {
    /// Returns what an event of this kind with this id is about.
    pub fn of_kind(kind: &str, workspace: Workspace, id: Uuid) -> Self {
        match kind {
            "standing_approval_granted" | "standing_approval_revoked" => {
                Self::StandingApproval(StandingApprovalName::new(workspace, id))
            }
            "delegation_made" | "delegation_ended" => Self::Delegation(DelegationName::new(workspace, id)),
            "policy_applied" => Self::Policy(workspace),
            _ => Self::Candidate(CandidateName::new(workspace, id)),
        }
    }

    /// Returns the workspace that it is in.
    pub const fn workspace(&self) -> &Workspace {
        match self {
            Self::Candidate(name) => &name.workspace,
            Self::StandingApproval(name) => &name.workspace,
            Self::Delegation(name) => &name.workspace,
            Self::Policy(workspace) => workspace,
        }
    }

    /// Returns its id there; the nil id for the one policy that a workspace has.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Candidate(name) => name.id,
            Self::StandingApproval(name) => name.id,
            Self::Delegation(name) => name.id,
            Self::Policy(_) => Uuid::nil(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Candidate(name) => name.fmt(formatter),
            Self::StandingApproval(name) => name.fmt(formatter),
            Self::Delegation(name) => name.fmt(formatter),
            Self::Policy(workspace) => write!(formatter, "{workspace}/policy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_tells_what_an_event_is_about() {
        let workspace: Workspace = "workspaces/demo".parse().expect("a name");
        let id = Uuid::from_u128(7);
        for (kind, text) in [
            ("candidate_approved", format!("workspaces/demo/candidates/{id}")),
            ("standing_approval_granted", format!("workspaces/demo/standingApprovals/{id}")),
            ("delegation_made", format!("workspaces/demo/delegations/{id}")),
            ("policy_applied", "workspaces/demo/policy".to_owned()),
        ] {
            let subject = Subject::of_kind(kind, workspace.clone(), id);
            assert_eq!((subject.to_string(), subject.workspace()), (text, &workspace));
        }
    }
}
