use std::sync::Arc;

use countersign_api::name::Workspace;

use crate::access::{Principal, PrincipalId, PrincipalKind, Role, Rpc, Scope};

/// Makes a caller of `workspaces/own` with these roles.
pub(super) fn caller(kind: PrincipalKind, roles: &[Role]) -> Arc<Principal> {
    with_scope(kind, roles, Scope::One(workspace("own")))
}

pub(super) fn with_scope(kind: PrincipalKind, roles: &[Role], scope: Scope) -> Arc<Principal> {
    let id = PrincipalId::new(kind, "caller").expect("an id");
    Arc::new(Principal::new(id, scope, roles.iter().copied()).expect("roles that suit the kind"))
}

pub(super) fn workspace(id: &str) -> Workspace {
    Workspace::new(id).expect("an id")
}

pub(super) fn rpc(name: &str) -> Rpc {
    Rpc::at(&format!("/{name}")).unwrap_or_else(|| panic!("`{name}` is in the contract"))
}

/// Returns the roles that principals of a kind can hold.
pub(super) fn roles_of(kind: PrincipalKind) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| role.suits(kind)).collect()
}

/// Returns every set of roles that a principal of a kind can hold.
pub(super) fn role_sets_of(kind: PrincipalKind) -> impl Iterator<Item = Vec<Role>> {
    let roles = roles_of(kind);
    (1_u32..1 << roles.len()).map(move |set| {
        roles.iter().enumerate().filter(|(bit, _)| set & (1 << bit) != 0).map(|(_, &role)| role).collect()
    })
}
