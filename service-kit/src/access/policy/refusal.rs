use crate::access::Role;

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Only people call this rpc, under any policy.
    ForPeopleAlone,
    /// The workspace is not the token's.
    OutOfReach,
    /// The policy file refuses.
    ByPolicy {
        /// The ids of the rules that forbade the call, or that failed; empty when none permitted it.
        rules: Vec<String>,
        /// The roles with any one of which, added to its own, the principal could make the call.
        helpful_roles: Vec<Role>,
    },
}

impl Refusal {
    /// Returns the ids of the rules that refused, the fixed ones by the names that the shipped file has for them.
    pub fn rules(&self) -> String {
        match self {
            Self::ForPeopleAlone => "machines_never_decide".to_owned(),
            Self::OutOfReach => "own_workspace_alone".to_owned(),
            Self::ByPolicy { rules, .. } => rules.join(" "),
        }
    }
}
