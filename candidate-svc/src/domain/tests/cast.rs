//! Who appears in the stories.

use service_kit::access::{PrincipalId, Role};

use crate::domain::{Actor, Person};

/// The generator that proposes.
pub const RULES: &str = "generators/crm-rules";
/// A reviewer, who also owns the record.
pub const ANNA: &str = "humans/anna";
/// A second reviewer.
pub const BEN: &str = "humans/ben";
/// A third one.
pub const CARA: &str = "humans/cara";
/// The executor.
pub const EXECUTOR: &str = "services/executor";
/// A second executor.
pub const RIVAL: &str = "services/rival";

pub fn principal(id: &str) -> PrincipalId {
    id.parse().expect("a principal")
}

pub fn person(id: &str) -> Person {
    id.parse().expect("a person")
}

/// Gives each the role that suits the part they play.
pub fn actor(id: &str) -> Actor {
    let role = match id {
        RULES => Role::Proposer,
        EXECUTOR | RIVAL => Role::Executor,
        _ => Role::Reviewer,
    };
    actor_as(id, &[role])
}

pub fn actor_as(id: &str, roles: &[Role]) -> Actor {
    Actor::Caller { id: principal(id), roles: roles.iter().copied().collect() }
}
