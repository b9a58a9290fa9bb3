use super::{
    callers::{caller, role_sets_of, rpc, with_scope, workspace},
    oracle,
};
use crate::access::{AccessPolicy, PrincipalKind, Refusal, Role, Scope};

fn may(kind: PrincipalKind, roles: &[Role], rpc: &str) -> bool {
    let who = oracle::who_may(rpc).expect("a row");
    roles.iter().any(|&role| who.iter().any(|who| who.includes(kind, role)))
}

#[test]
fn policy_and_oracle_agree_on_every_kind_role_set_rpc_and_workspace() {
    let policy = AccessPolicy::shipped();
    let (own, other) = (workspace("own"), workspace("other"));
    let mut compared = 0;
    for kind in PrincipalKind::ALL {
        for roles in role_sets_of(kind) {
            let bound = caller(kind, &roles);
            let roaming = with_scope(kind, &roles, Scope::All);
            for name in oracle::rpcs() {
                let (rpc, may) = (rpc(name), may(kind, &roles, name));
                for (workspace, reaches) in [(None, true), (Some(&own), true), (Some(&other), false)] {
                    let ask = |principal| policy.decide(principal, rpc, workspace).is_ok();
                    let asked = || format!("{kind:?} {roles:?} {name} in {workspace:?}");
                    assert_eq!(ask(&bound), may && reaches, "bound: {}", asked());
                    assert_eq!(ask(&roaming), may, "of all workspaces: {}", asked());
                    compared += 2;
                }
            }
        }
    }
    // 127 sets for people, 1 for generators, 15 for services; two tokens each, three ways to ask.
    assert_eq!(compared, 143 * 6 * oracle::rpcs().count());
}

#[test]
fn the_file_alone_agrees_as_well() {
    let policy = AccessPolicy::shipped();
    let (own, other) = (workspace("own"), workspace("other"));
    for kind in PrincipalKind::ALL {
        for roles in role_sets_of(kind) {
            let bound = caller(kind, &roles);
            for name in oracle::rpcs() {
                assert_eq!(policy.decide_by_file(&bound, rpc(name), &own), may(kind, &roles, name), "{roles:?} {name}");
                assert!(!policy.decide_by_file(&bound, rpc(name), &other), "{roles:?} {name}");
            }
        }
    }
}

#[test]
fn a_refusal_names_every_role_that_would_help_and_no_other() {
    let policy = AccessPolicy::shipped();
    let asked = caller(PrincipalKind::Human, &[Role::Auditor]);
    for name in oracle::rpcs().filter(|name| !may(PrincipalKind::Human, &[Role::Auditor], name)) {
        let refusal = policy.decide(&asked, rpc(name), None).expect_err("not by an auditor");
        let Refusal::ByPolicy { rules, helpful_roles } = &*refusal else { panic!("{refusal:?}") };
        let expected: Vec<Role> =
            Role::ALL.into_iter().filter(|&role| may(PrincipalKind::Human, &[role], name)).collect();
        assert_eq!((rules.as_slice(), helpful_roles), ([].as_slice(), &expected), "{name}");
    }
}
