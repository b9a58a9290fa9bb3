use std::collections::BTreeSet;

use super::oracle;
use crate::access::Rpc;

const WITHOUT_TEST: &str = include_str!("../../../../policy/rpcs_without_test.txt");

#[test]
fn the_rpcs_without_a_policy_test_are_those_of_the_list() {
    let tested: BTreeSet<&str> = oracle::rpcs().collect();
    let untested: Vec<&str> = Rpc::all().map(Rpc::name).filter(|name| !tested.contains(name)).collect();
    let listed: Vec<&str> = WITHOUT_TEST.lines().collect();
    assert_eq!(untested, listed, "add rows to the oracle; the list is meant to stay empty");
}

#[test]
fn the_oracle_has_one_row_for_each_of_its_rpcs_and_only_such_as_there_are() {
    let rows: Vec<&str> = oracle::rpcs().collect();
    let once: BTreeSet<&str> = rows.iter().copied().collect();
    assert_eq!(once.len(), rows.len(), "an rpc has two rows");
    let contract: BTreeSet<&str> = Rpc::all().map(Rpc::name).collect();
    assert!(once.is_subset(&contract), "{:?}", once.difference(&contract));
}
