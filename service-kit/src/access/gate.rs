use std::sync::Arc;

use countersign_api::{error::v1::ErrorReason, name::Workspace};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
};

use super::{AccessPolicy, Principal, Refusal, Role, Rpc};
use crate::{metrics::Metrics, rejection::Rejection};

/// Asks the access policy about calls; writes down and counts whom it turns away.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    policy: AccessPolicy,
    denied: Family<RpcLabel, Counter>,
}

/// What the gate gives to a call that it let in: the way to ask again once the call's workspace is known.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    gate: Arc<Gate>,
    principal: Arc<Principal>,
    rpc: Rpc,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RpcLabel {
    rpc: &'static str,
}

impl Gate {
    /// Makes the gate to a server.
    pub(crate) fn new(policy: AccessPolicy, metrics: &Metrics) -> Self {
        let denied =
            metrics.register("access_denied", "Calls that the access policy refused, by rpc", Family::default());
        Self { policy, denied }
    }

    /// Lets a call in when the policy permits it in the workspaces of its token.
    pub(crate) fn admit(self: &Arc<Self>, principal: &Arc<Principal>, rpc: Rpc) -> Result<Admitted, Rejection> {
        self.ask(principal, rpc, None)?;
        Ok(Admitted { gate: Arc::clone(self), principal: Arc::clone(principal), rpc })
    }

    fn ask(&self, principal: &Arc<Principal>, rpc: Rpc, workspace: Option<&Workspace>) -> Result<(), Rejection> {
        self.policy.decide(principal, rpc, workspace).map_err(|refusal| {
            let (caller, rules, rpc_name) = (principal.id().as_str(), refusal.rules(), rpc.name());
            let workspace_name = workspace.map(Workspace::to_string);
            tracing::warn!(principal = caller, rpc = rpc_name, workspace = workspace_name, rules, "access denied");
            self.denied.get_or_create(&RpcLabel { rpc: rpc_name }).inc();
            explain(principal, rpc, workspace, &refusal)
        })
    }
}

impl Admitted {
    /// Asks about the workspace of the call's message.
    pub(crate) fn authorize(&self, workspace: &Workspace) -> Result<(), Rejection> {
        self.gate.ask(&self.principal, self.rpc, Some(workspace))
    }
}

/// Says the same whether or not what the call names exists: nothing was looked up (AIP-211).
fn explain(principal: &Principal, rpc: Rpc, workspace: Option<&Workspace>, refusal: &Refusal) -> Rejection {
    let id = principal.id();
    let place = workspace.map_or_else(String::new, |workspace| format!(" in `{workspace}`"));
    let rejection = match (refusal, workspace) {
        (Refusal::OutOfReach, Some(workspace)) => return out_of_reach(principal, workspace).with("rpc", rpc.name()),
        (Refusal::ForPeopleAlone | Refusal::OutOfReach, _) => {
            denied(principal, format!("`{id}` may not call `{rpc}`; it is for people alone"))
        }
        (Refusal::ByPolicy { helpful_roles, .. }, _) => {
            denied(principal, format!("`{id}` may not call `{rpc}`{place}; {}", mend(helpful_roles)))
        }
    };
    let rejection = rejection.with("rpc", rpc.name());
    match workspace {
        Some(workspace) => rejection.with("workspace", workspace.to_string()),
        None => rejection,
    }
}

/// Refuses what is in a workspace that the token is not for.
pub(crate) fn out_of_reach(principal: &Principal, workspace: &Workspace) -> Rejection {
    let id = principal.id();
    Rejection::new(
        ErrorReason::WorkspaceDenied,
        format!("`{id}` has no access to `{workspace}`; use a token of that workspace"),
    )
    .with("workspace", workspace.to_string())
    .with("principal", id.as_str())
}

fn denied(principal: &Principal, message: String) -> Rejection {
    Rejection::new(ErrorReason::AccessDenied, message).with("principal", principal.id().as_str())
}

fn mend(helpful_roles: &[Role]) -> String {
    match helpful_roles {
        [] => "the access policy permits it to no role of this caller's kind".to_owned(),
        [role] => format!("use a token with the role `{role}`"),
        roles => {
            let names: Vec<String> = roles.iter().map(|role| format!("`{role}`")).collect();
            format!("use a token with one of the roles {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
