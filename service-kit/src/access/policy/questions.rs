//! The questions that there can be under one file, as far as its rules can tell them apart.

use std::{collections::BTreeSet, sync::Arc};

use cedar_policy::{EntityUid, Policy, PolicySet};
use countersign_api::name::Workspace;

use super::{asked::rpc_uid, ceiling, question::Question, schema::ACTIONS};
use crate::access::{Principal, PrincipalId, PrincipalKind, Role, Rpc, Scope};

/// Everything that questions are made of.
pub(super) struct Questions {
    /// One rpc of each sort: rules see an rpc's groups, and its name only where they write it.
    rpcs: Vec<Rpc>,
    /// Those that the file names, and one of each kind that it does not.
    callers: BTreeSet<PrincipalId>,
    /// Those that the file names, and one that it does not.
    workspaces: Vec<Workspace>,
    /// One that no token here is for and the file does not name.
    elsewhere: Workspace,
    /// Whether the file names `Workspace::"-"`, which stands for the installation.
    names_installation: bool,
}

impl Questions {
    pub(super) fn about(rules: &PolicySet) -> Self {
        let named: BTreeSet<EntityUid> = rules.policies().flat_map(Policy::entity_literals).collect();
        let of_type = |name: &'static str| {
            named
                .iter()
                .filter(move |uid| uid.type_name().basename() == name)
                .map(|uid| uid.id().unescaped().to_owned())
        };
        let mut callers = BTreeSet::new();
        for (kind, name) in [
            (PrincipalKind::Human, "Human"),
            (PrincipalKind::Generator, "Generator"),
            (PrincipalKind::Service, "Service"),
        ] {
            let ids: BTreeSet<String> = of_type(name).collect();
            let unnamed = unnamed(&ids, "somebody");
            callers.extend(ids.iter().chain([&unnamed]).filter_map(|id| PrincipalId::new(kind, id).ok()));
        }
        let ids: BTreeSet<String> = of_type("Workspace").collect();
        let workspace = |id: &str| Workspace::new(id).ok();
        let workspaces = [unnamed(&ids, "somewhere")].iter().chain(&ids).filter_map(|id| workspace(id)).collect();
        Self {
            rpcs: sorts_of_rpc(&named),
            callers,
            workspaces,
            elsewhere: workspace(&unnamed(&ids, "elsewhere")).expect("letters and digits are an id"),
            names_installation: ids.contains("-"),
        }
    }

    /// Returns every principal, those of fewest roles first.
    pub(super) fn principals(&self) -> impl Iterator<Item = Arc<Principal>> {
        let scopes = || self.workspaces.iter().cloned().map(Scope::One).chain([Scope::All]);
        (1..=Role::ALL.len())
            .flat_map(move |size| {
                self.callers.iter().flat_map(move |id| {
                    role_sets(id.kind(), size).flat_map(move |roles| {
                        scopes().filter_map(move |scope| Principal::new(id.clone(), scope, roles.iter().copied()).ok())
                    })
                })
            })
            .map(Arc::new)
    }

    /// Returns every question that a principal can ask.
    pub(super) fn of(&self, principal: &Arc<Principal>) -> impl Iterator<Item = Question> {
        self.rpcs.iter().flat_map(move |&rpc| self.about_rpc(principal, rpc))
    }

    /// Returns every question that a principal can ask about one rpc.
    pub(super) fn about_rpc(&self, principal: &Arc<Principal>, rpc: Rpc) -> impl Iterator<Item = Question> {
        let elsewhere = matches!(principal.scope(), Scope::One(_)).then_some(&self.elsewhere);
        let installation = (self.names_installation && *principal.scope() == Scope::All).then_some(None);
        let workspaces = self.workspaces.iter().chain(elsewhere).map(Some).chain(installation);
        workspaces.map(move |workspace| Question::new(Arc::clone(principal), rpc, workspace))
    }
}

/// Returns the first id that is not among `ids`: `word`, `word-1`, `word-2` …
fn unnamed(ids: &BTreeSet<String>, word: &str) -> String {
    let numbered = (1_u32..).map(|number| format!("{word}-{number}"));
    [word.to_owned()].into_iter().chain(numbered).find(|id| !ids.contains(id)).expect("numbers do not end")
}

fn sorts_of_rpc(named: &BTreeSet<EntityUid>) -> Vec<Rpc> {
    let mut sorts = BTreeSet::new();
    let is_first_of_its_sort = |rpc: &Rpc| {
        let uid = rpc_uid(*rpc);
        let groups: BTreeSet<String> =
            ACTIONS.ancestors(&uid).into_iter().flatten().map(EntityUid::to_string).collect();
        let name = named.contains(&uid).then(|| rpc.name());
        sorts.insert((groups, ceiling::refuses(PrincipalKind::Service, *rpc), name))
    };
    Rpc::all().filter(is_first_of_its_sort).collect()
}

/// Returns the sets of `size` roles that principals of a kind can hold.
fn role_sets(kind: PrincipalKind, size: usize) -> impl Iterator<Item = Vec<Role>> {
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| role.suits(kind)).collect();
    let set = move |bits: u32| -> Vec<Role> {
        roles.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0).map(|(_, &role)| role).collect()
    };
    let bound = 1_u32 << Role::ALL.len();
    (1..bound).filter(move |bits| bits.count_ones() as usize == size).map(set).filter(move |set| set.len() == size)
}
