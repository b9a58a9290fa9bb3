use std::{collections::BTreeSet, fmt, str::FromStr};

use countersign_api::{
    name::{Workspace, is_id},
    r#type::v1::{Principal as WirePrincipal, PrincipalKind as WireKind},
};

use super::Role;

/// What a principal is: decided when its token is made, never by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A person; only people approve.
    Human,
    /// An AI generator or a rule that proposes.
    Generator,
    /// A service of the house: executor, relay, exporter.
    Service,
}

/// The id of a principal: `humans/{id}`, `generators/{id}` or `services/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrincipalId {
    kind: PrincipalKind,
    text: String,
}

/// The workspaces that a principal can reach.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Every workspace of the installation: `workspaces/-`.
    All,
    /// This one alone.
    One(Workspace),
}

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Principal {
    id: PrincipalId,
    scope: Scope,
    roles: BTreeSet<Role>,
}

/// A principal known to be a person. There is no other way to one than [`Principal::human`], so what asks for a `Human`
/// can not be done by a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Human(PrincipalId);

/// Says why something is no principal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// The id is not of its form.
    #[error("`{0}` is not a principal; write `humans/<id>`, `generators/<id>` or `services/<id>` with a lower-case id")]
    Id(String),
    /// The scope is not of its form.
    #[error("`{0}` is not a workspace; write `workspaces/<id>`, or `workspaces/-` for every one")]
    Scope(String),
    /// A principal without a role can do nothing.
    #[error("`{0}` has no role; give it at least one")]
    NoRole(PrincipalId),
    /// The kind rules the role out.
    #[error("`{id}` can not be {role}; that role is for another kind of principal")]
    RoleUnsuited {
        /// The principal.
        id: PrincipalId,
        /// The role it can not hold.
        role: Role,
    },
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Human, Self::Generator, Self::Service];

    /// Returns the collection that ids of this kind stand in.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Human => "humans",
            Self::Generator => "generators",
            Self::Service => "services",
        }
    }

    /// Returns the kind as the contract has it.
    pub const fn to_wire(self) -> WireKind {
        match self {
            Self::Human => WireKind::Human,
            Self::Generator => WireKind::Generator,
            Self::Service => WireKind::Service,
        }
    }
}

impl PrincipalId {
    /// Makes the id of a principal of this kind.
    ///
    /// # Errors
    /// [`PrincipalError::Id`] when `id` is not 1 to 63 lower-case letters, digits, `-`, `_` or `.`.
    pub fn new(kind: PrincipalKind, id: &str) -> Result<Self, PrincipalError> {
        let text = format!("{}/{id}", kind.collection());
        if is_id(id) { Ok(Self { kind, text }) } else { Err(PrincipalError::Id(text)) }
    }

    /// Returns the kind.
    pub const fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// Returns the whole id, such as `humans/anna`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the id as the contract has it.
    pub fn to_wire(&self) -> WirePrincipal {
        WirePrincipal { kind: self.kind.to_wire().into(), id: self.text.clone() }
    }
}

impl Scope {
    /// Tells whether the workspace is within reach.
    pub fn reaches(&self, workspace: &Workspace) -> bool {
        match self {
            Self::All => true,
            Self::One(own) => own == workspace,
        }
    }
}

impl Principal {
    /// Makes a principal.
    ///
    /// # Errors
    /// [`PrincipalError::NoRole`] or [`PrincipalError::RoleUnsuited`].
    pub fn new(id: PrincipalId, scope: Scope, roles: impl IntoIterator<Item = Role>) -> Result<Self, PrincipalError> {
        let roles: BTreeSet<Role> = roles.into_iter().collect();
        if roles.is_empty() {
            return Err(PrincipalError::NoRole(id));
        }
        match roles.iter().find(|role| !role.suits(id.kind)) {
            Some(&role) => Err(PrincipalError::RoleUnsuited { id, role }),
            None => Ok(Self { id, scope, roles }),
        }
    }

    /// Returns the id.
    pub const fn id(&self) -> &PrincipalId {
        &self.id
    }

    /// Returns the kind.
    pub const fn kind(&self) -> PrincipalKind {
        self.id.kind
    }

    /// Returns the workspaces within reach.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Returns the roles, at least one.
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// Tells whether it holds the role.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Returns the person, when it is one.
    pub fn human(&self) -> Option<Human> {
        match self.id.kind {
            PrincipalKind::Human => Some(Human(self.id.clone())),
            PrincipalKind::Generator | PrincipalKind::Service => None,
        }
    }
}

impl Human {
    /// Returns the person's id.
    pub const fn id(&self) -> &PrincipalId {
        &self.0
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for PrincipalId {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        let error = || PrincipalError::Id(text.chars().take(100).collect());
        let (collection, id) = text.split_once('/').ok_or_else(error)?;
        let kind = PrincipalKind::ALL.into_iter().find(|kind| kind.collection() == collection).ok_or_else(error)?;
        Self::new(kind, id).map_err(|_| error())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("workspaces/-"),
            Self::One(workspace) => workspace.fmt(f),
        }
    }
}

impl FromStr for Scope {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Self, PrincipalError> {
        if text == "workspaces/-" {
            return Ok(Self::All);
        }
        text.parse().map(Self::One).map_err(|_| PrincipalError::Scope(text.chars().take(100).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> PrincipalId {
        text.parse().expect("an id")
    }

    #[test]
    fn an_id_carries_its_kind() {
        for (text, kind) in [
            ("humans/anna", PrincipalKind::Human),
            ("generators/crm-rules", PrincipalKind::Generator),
            ("services/executor", PrincipalKind::Service),
        ] {
            assert_eq!(id(text).kind(), kind);
            assert_eq!(id(text).to_string(), text);
        }
        for text in ["", "anna", "humans/", "humans/Anna", "people/anna", "humans/a/b", " humans/anna"] {
            assert!(text.parse::<PrincipalId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_a_person_becomes_a_human() {
        let anna = Principal::new(id("humans/anna"), Scope::All, [Role::Reviewer]).expect("a principal");
        assert_eq!(anna.human().expect("a person").id().as_str(), "humans/anna");
        let rules = Principal::new(id("generators/rules"), Scope::All, [Role::Proposer]).expect("a principal");
        assert_eq!(rules.human(), None);
    }

    #[test]
    fn a_role_that_the_kind_rules_out_is_refused() {
        let refused = Principal::new(id("generators/rules"), Scope::All, [Role::Proposer, Role::Reviewer]);
        let expected = PrincipalError::RoleUnsuited { id: id("generators/rules"), role: Role::Reviewer };
        assert_eq!(refused, Err(expected));
        let refused = Principal::new(id("humans/anna"), Scope::All, []);
        assert_eq!(refused, Err(PrincipalError::NoRole(id("humans/anna"))));
    }

    #[test]
    fn a_scope_reaches_its_own_workspace_or_all() {
        let demo = Workspace::new("demo").expect("an id");
        let other = Workspace::new("other").expect("an id");
        let scope: Scope = "workspaces/demo".parse().expect("a scope");
        assert!(scope.reaches(&demo) && !scope.reaches(&other));
        let all: Scope = "workspaces/-".parse().expect("a scope");
        assert!(all.reaches(&demo) && all.reaches(&other));
        assert_eq!((scope.to_string(), all.to_string()), ("workspaces/demo".into(), "workspaces/-".into()));
        assert!("workspaces/".parse::<Scope>().is_err());
        assert!("demo".parse::<Scope>().is_err());
    }
}
