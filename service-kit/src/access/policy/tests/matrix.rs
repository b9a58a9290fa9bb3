use std::fmt::Write;

use super::callers::{caller, roles_of};
use crate::access::{AccessPolicy, PrincipalKind, Role, Rpc};

/// The whole policy as a reviewer reads it: a changed right is a changed line.
#[test]
fn the_matrix_stays_as_it_is() {
    let policy = AccessPolicy::shipped();
    let mut matrix = String::new();
    for rpc in Rpc::all() {
        writeln!(matrix, "/{rpc}").expect("a string takes it");
        for kind in PrincipalKind::ALL {
            let may = |role: &Role| policy.decide(&caller(kind, &[*role]), rpc, None).is_ok();
            let roles: Vec<&str> = roles_of(kind).into_iter().filter(may).map(Role::name).collect();
            if !roles.is_empty() {
                writeln!(matrix, "    {}: {}", kind.collection(), roles.join(" ")).expect("a string takes it");
            }
        }
    }
    insta::assert_snapshot!(matrix);
}

#[test]
fn an_admin_may_do_whatever_a_person_may() {
    let policy = AccessPolicy::shipped();
    let admin = caller(PrincipalKind::Human, &[Role::Admin]);
    let everything = caller(PrincipalKind::Human, &roles_of(PrincipalKind::Human));
    for rpc in Rpc::all() {
        let may = |principal| policy.decide(principal, rpc, None).is_ok();
        assert_eq!(may(&admin), may(&everything), "{rpc}");
    }
}
