use countersign_api::name::Workspace;
use service_kit::access::{Principal, Role, Scope};

/// Appends what happens to the ledger.
pub fn relay() -> Principal {
    house("services/relay", Role::Relay)
}

/// Claims, executes and reports, where one process does.
pub fn executor() -> Principal {
    house("services/executor", Role::Executor)
}

/// Claims, executes and reports beside others.
///
/// # Panics
/// When `name` is not of the form of an id.
pub fn executor_named(name: &str) -> Principal {
    house(&format!("services/executor-{name}"), Role::Executor)
}

/// Reads the ledger for exports.
pub fn analytics() -> Principal {
    house("services/analytics", Role::Auditor)
}

/// Proposes what `countersign propose` reads.
pub fn local_proposer() -> Principal {
    house("generators/local", Role::Proposer)
}

/// Claims, extends and reports what `countersign execution` asks for.
pub fn local_executor() -> Principal {
    house("services/local", Role::Executor)
}

/// Makes a principal of one workspace.
///
/// # Panics
/// When the id is not of its form, or its kind cannot hold the role: both are written in the program.
pub fn of_workspace(id: &str, role: Role, workspace: &Workspace) -> Principal {
    make(id, role, Scope::One(workspace.clone()))
}

fn house(id: &str, role: Role) -> Principal {
    make(id, role, Scope::All)
}

fn make(id: &str, role: Role, scope: Scope) -> Principal {
    let id = id.parse().expect("invariant: the id is written in its form");
    Principal::new(id, scope, [role]).expect("invariant: the kind can hold the role")
}
