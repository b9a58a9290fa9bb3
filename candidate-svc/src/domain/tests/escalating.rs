//! How somebody else hears of what nobody decides, and how that never decides anything.

use super::cast::{ANNA, BEN, RULES, actor};
use super::story::{DAY_SECS, Story};
use crate::domain::*;

/// A policy that turns to Bea after two days and to every manager after five.
fn chained() -> Story {
    let mut story = Story::new();
    let step =
        |days: u64, to: &str| EscalationStep { after_secs: days * DAY_SECS, to: to.parse().expect("an audience") };
    story.verdict.escalations = vec![step(2, "humans/bea"), step(5, "roles/manager")];
    story.propose(story.proposal()).expect("a proposal");
    story
}

#[test]
fn the_chain_is_walked_step_by_step_and_ends() {
    let mut story = chained();
    assert_eq!(story.it().turn().to_string(), ANNA);
    assert_eq!(story.it().next_deadline(), Some(story.now.plus_secs(2 * DAY_SECS)));
    let refusal = story.refused_by(&Actor::Clock, &Command::Escalate);
    assert!(refusal.to_string().contains("not before"), "{refusal}");
    for (days, turn) in [(2, "humans/bea"), (3, "roles/manager")] {
        story.pass_days(days);
        story.tell_clock(Command::Escalate);
        assert_eq!((story.state(), story.it().turn().to_string().as_str()), (StateName::Proposed, turn));
    }
    assert_eq!(story.it().next_deadline(), Some(story.it().expires_at));
    story.refused_by(&Actor::Clock, &Command::Escalate);
}

#[test]
fn only_time_escalates() {
    let mut story = chained();
    story.pass_days(2);
    for who in [ANNA, RULES] {
        assert!(matches!(story.refused_by(&actor(who), &Command::Escalate), Refusal::NotEntitled { .. }), "{who}");
    }
}

#[test]
fn an_edit_begins_the_chain_anew() {
    let mut story = chained();
    story.pass_days(2);
    story.tell_clock(Command::Escalate);
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert_eq!(story.it().escalation, None);
    assert_eq!(story.it().next_deadline(), Some(story.now.plus_secs(2 * DAY_SECS)));
    // Her own edit is not hers to approve.
    assert_eq!(story.it().turn().to_string(), "roles/reviewer");
}

#[test]
fn a_hold_rests_the_chain_and_a_decision_ends_it() {
    let mut story = chained();
    story.tell(ANNA, story.hold(None, false));
    assert_eq!(story.it().turn(), Turn::Nobody);
    assert_eq!(story.it().next_deadline(), Some(story.it().expires_at));
    story.tell(ANNA, story.release());
    story.tell(BEN, story.approve());
    assert_eq!(story.it().turn().to_string(), "services/executors");
    story.pass_days(2);
    assert!(matches!(story.refused_by(&Actor::Clock, &Command::Escalate), Refusal::IllegalTransition { .. }));
}
