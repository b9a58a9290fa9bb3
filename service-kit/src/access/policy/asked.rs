use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use cedar_policy::{Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression};

use super::{
    question::Question,
    schema::{ACTIONS, SCHEMA},
};
use crate::access::{Principal, PrincipalKind, Rpc, Scope};

/// A question as Cedar takes it.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) entities: Entities,
}

impl Asked {
    /// Writes a question for Cedar; none when the schema rules it out.
    pub(super) fn by(question: &Question) -> Option<Self> {
        Some(Self { request: request_of(question)?, entities: entities_of(&question.principal)? })
    }
}

/// Writes what is asked; none when the schema rules it out.
pub(super) fn request_of(question: &Question) -> Option<Request> {
    let caller = uid_of(&question.principal);
    let workspace = uid(&WORKSPACE, question.workspace.as_ref().map_or("-", |workspace| workspace.id()));
    Request::new(caller, rpc_uid(question.rpc), workspace, Context::empty(), Some(&SCHEMA)).ok()
}

/// Writes who asks; none when the schema rules it out.
pub(super) fn entities_of(principal: &Principal) -> Option<Entities> {
    let caller = Entity::new(uid_of(principal), attributes_of(principal), HashSet::new()).ok()?;
    ACTIONS.clone().add_entities([caller], Some(&SCHEMA)).ok()
}

/// Returns an rpc as the rules name it.
pub(super) fn rpc_uid(rpc: Rpc) -> EntityUid {
    uid(&ACTION, rpc.name())
}

fn uid_of(principal: &Principal) -> EntityUid {
    let kind = match principal.kind() {
        PrincipalKind::Human => &HUMAN,
        PrincipalKind::Generator => &GENERATOR,
        PrincipalKind::Service => &SERVICE,
    };
    let id = principal.id().as_str();
    uid(kind, id.split_once('/').map_or(id, |(_, id)| id))
}

fn attributes_of(principal: &Principal) -> HashMap<String, RestrictedExpression> {
    let roles = principal.roles().iter().map(|role| uid(&ROLE, role.name()));
    let workspaces = match principal.scope() {
        Scope::All => None,
        Scope::One(workspace) => Some(uid(&WORKSPACE, workspace.id())),
    };
    HashMap::from([
        ("all_workspaces".to_owned(), RestrictedExpression::new_bool(workspaces.is_none())),
        ("roles".to_owned(), set_of(roles)),
        ("workspaces".to_owned(), set_of(workspaces)),
    ])
}

fn set_of(uids: impl IntoIterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(uids.into_iter().map(RestrictedExpression::new_entity_uid))
}

fn uid(entity_type: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(entity_type.clone(), EntityId::new(id))
}

macro_rules! entity_types {
    ($($name:ident = $text:literal),+) => {
        $(static $name: LazyLock<EntityTypeName> = LazyLock::new(|| $text.parse().expect("an identifier is a type name"));)+
    };
}

entity_types!(
    HUMAN = "Human",
    GENERATOR = "Generator",
    SERVICE = "Service",
    ROLE = "Role",
    WORKSPACE = "Workspace",
    ACTION = "Action"
);
