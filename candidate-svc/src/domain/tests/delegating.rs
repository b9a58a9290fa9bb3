//! Whose turn passes to whom, and who may say so.

use countersign_api::name::{DelegationName, Workspace};
use service_kit::access::Role;
use uuid::Uuid;

use super::cast::{ANNA, BEN, CARA, RULES, actor, actor_as, person};
use super::story::{DAY_SECS, Story};
use crate::domain::limits::{DELEGATION_MAX_SECS, DELEGATORS_MAX};
use crate::domain::*;

fn now() -> Moment {
    Story::new().now
}

fn name(number: u128) -> DelegationName {
    DelegationName::new(Workspace::new("demo").expect("an id"), Uuid::from_u128(number))
}

/// Anna's turn passes to Ben for a week.
fn to_ben() -> Delegate {
    Delegate {
        name: name(1),
        delegator: None,
        delegate: person(BEN),
        starts_at: None,
        ends_at: now().plus_secs(7 * DAY_SECS),
        note: "On leave".into(),
    }
}

fn refused(command: Delegate, others: &[&Delegation], actor: &Actor) -> String {
    delegate(command, others, actor, now()).expect_err("refused").to_string()
}

#[test]
fn a_turn_passes_from_now_until_the_end() {
    let made = delegate(to_ben(), &[], &actor(ANNA), now()).expect("hers to pass on");
    assert_eq!((&made.delegator, &made.created_by, made.starts_at), (&person(ANNA), &person(ANNA), now()));
    assert!(!made.has_ended(now().plus_secs(7 * DAY_SECS - 1)) && made.has_ended(made.ends_at));

    let past = Delegate { starts_at: Some(now().minus_secs(DAY_SECS)), ..to_ben() };
    assert_eq!(delegate(past, &[], &actor(ANNA), now()).expect("a start").starts_at, now());
}

#[test]
fn anothers_turn_is_a_managers_to_pass_on() {
    let of_anna = || Delegate { delegator: Some(person(ANNA)), ..to_ben() };
    for role in [Role::Manager, Role::Admin] {
        let made = delegate(of_anna(), &[], &actor_as(CARA, &[role]), now()).expect("a manager may");
        assert_eq!((made.delegator, made.created_by), (person(ANNA), person(CARA)));
    }
    assert!(refused(of_anna(), &[], &actor(CARA)).contains("only `humans/anna` or a manager"));
    for machine in [actor(RULES), Actor::Clock, actor_as("services/x", &[Role::Manager])] {
        assert!(refused(of_anna(), &[], &machine).contains("only a person may"));
    }
}

#[test]
fn an_end_is_never_missing_and_at_most_ninety_days_away() {
    let until = |secs| Delegate { ends_at: now().plus_secs(secs), ..to_ben() };
    for secs in [1, DELEGATION_MAX_SECS - 1, DELEGATION_MAX_SECS] {
        delegate(until(secs), &[], &actor(ANNA), now()).expect("within the bound");
    }
    assert!(refused(until(0), &[], &actor(ANNA)).contains("not after the start"));
    assert!(refused(until(DELEGATION_MAX_SECS + 1), &[], &actor(ANNA)).contains("over `90` days"));
    let later = Delegate { starts_at: Some(now().plus_secs(DAY_SECS)), ..until(DELEGATION_MAX_SECS + DAY_SECS) };
    delegate(later, &[], &actor(ANNA), now()).expect("counted from the start");
}

#[test]
fn nobody_stands_in_for_themself_or_for_their_own_stand_in() {
    assert!(refused(Delegate { delegate: person(ANNA), ..to_ben() }, &[], &actor(ANNA)).contains("themself"));

    let to_anna = Delegate { name: name(2), delegate: person(ANNA), ..to_ben() };
    let back = delegate(to_anna, &[], &actor(BEN), now()).expect("the first");
    assert!(refused(to_ben(), &[&back], &actor(ANNA)).contains("their own turn passes to `humans/anna`"));

    // One after the other is no circle, and neither is what has ended.
    let after = Delegate { starts_at: Some(back.ends_at), ends_at: back.ends_at.plus_secs(1), ..to_ben() };
    delegate(after, &[&back], &actor(ANNA), now()).expect("one after the other");
    let ended = end_delegation(&back, "", &actor(BEN), now()).expect("his to end");
    delegate(to_ben(), &[&ended], &actor(ANNA), now()).expect("it has ended");
}

#[test]
fn the_number_of_people_one_stands_in_for_is_bounded() {
    let others: Vec<Delegation> = (0..DELEGATORS_MAX)
        .map(|n| {
            let of = Delegate { name: name(n as u128), delegator: Some(person(&format!("humans/p{n}"))), ..to_ben() };
            delegate(of, &[], &actor_as(CARA, &[Role::Manager]), now()).expect("made")
        })
        .collect();
    let all: Vec<&Delegation> = others.iter().collect();
    delegate(to_ben(), &all[1..], &actor(ANNA), now()).expect("one fewer");
    assert!(refused(to_ben(), &all, &actor(ANNA)).contains("stands in for `16` already"));
}

#[test]
fn it_ends_early_by_whose_turn_it_is_or_a_manager() {
    let made = delegate(to_ben(), &[], &actor(ANNA), now()).expect("made");
    let later = now().plus_secs(60);
    for who in [actor(ANNA), actor_as(CARA, &[Role::Manager])] {
        let ended = end_delegation(&made, "Back again", &who, later).expect("ended");
        assert!((ended.until(), ended.ends_at) == (later, made.ends_at) && ended.has_ended(later));
    }
    let error = end_delegation(&made, "", &actor(BEN), later).expect_err("not his");
    assert!(error.to_string().contains("only `humans/anna` or a manager"), "{error}");
}
