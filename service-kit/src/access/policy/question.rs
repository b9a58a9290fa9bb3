use std::sync::Arc;

use countersign_api::name::Workspace;

use crate::access::{Principal, Role, Rpc, Scope};

/// Everything that an answer depends on, so that equal questions have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) principal: Arc<Principal>,
    pub(super) rpc: Rpc,
    /// The workspace that the call is about; none stands for the installation.
    pub(super) workspace: Option<Workspace>,
}

impl Question {
    /// Asks about one workspace, or about the token's where it is not known yet which one.
    ///
    /// A token for one workspace can only mean that one, so both ways of asking are one question.
    pub(super) fn new(principal: Arc<Principal>, rpc: Rpc, workspace: Option<&Workspace>) -> Self {
        let workspace = match (principal.scope(), workspace) {
            (_, Some(workspace)) | (Scope::One(workspace), None) => Some(workspace.clone()),
            (Scope::All, None) => None,
        };
        Self { principal, rpc, workspace }
    }

    /// Tells whether it is about a workspace of the principal's token.
    pub(super) fn is_in_reach(&self) -> bool {
        self.workspace.as_ref().is_none_or(|workspace| self.principal.scope().reaches(workspace))
    }

    /// Asks as if the principal held one more role; none when it holds it, or its kind rules the role out.
    pub(super) fn with(&self, role: Role) -> Option<Self> {
        let own = &self.principal;
        if own.has(role) {
            return None;
        }
        let roles = own.roles().iter().copied().chain([role]);
        let principal = Principal::new(own.id().clone(), own.scope().clone(), roles).ok()?;
        Some(Self { principal: Arc::new(principal), ..self.clone() })
    }
}
