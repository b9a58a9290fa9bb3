//! How somebody else hears of what nobody decides, and how that never decides anything.

use service_kit::access::Role;

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

/// Who did their part makes way, escalated to or not: the owner, and where there is none that may, everybody with the role.
#[test]
fn whoever_was_escalated_to_and_approved_already_makes_way() {
    let mut story = Story::new();
    let to_ben = EscalationStep { after_secs: 2 * DAY_SECS, to: "humans/ben".parse().expect("an audience") };
    story.verdict.escalations = vec![to_ben];
    story.verdict.quorum = 2;
    story.propose(story.proposal()).expect("a proposal");
    story.pass_days(2);
    story.tell_clock(Command::Escalate);
    assert_eq!(story.it().turn().to_string(), BEN);
    story.tell(BEN, story.approve());
    assert_eq!((story.state(), story.it().turn().to_string().as_str()), (StateName::Proposed, ANNA));
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
fn a_hold_with_an_end_rests_the_chain_and_a_decision_ends_it() {
    let mut story = chained();
    let until = story.now.plus_secs(6 * DAY_SECS);
    story.tell(ANNA, story.hold(Some(until), false));
    assert_eq!((story.it().turn(), story.it().next_deadline()), (Turn::Nobody, Some(until)));
    story.tell(ANNA, story.release());
    story.tell(BEN, story.approve());
    assert_eq!(story.it().turn().to_string(), "services/executors");
    story.pass_days(2);
    assert!(matches!(story.refused_by(&Actor::Clock, &Command::Escalate), Refusal::IllegalTransition { .. }));
}

#[test]
fn a_hold_without_an_end_does_not_expire_unheard() {
    let mut story = chained();
    story.tell(ANNA, story.hold(None, false));
    assert_eq!(story.it().turn(), Turn::Nobody);
    story.pass_days(2);
    story.tell_clock(Command::Escalate);
    assert_eq!((story.state(), story.it().turn().to_string().as_str()), (StateName::Held, "humans/bea"));
    // Who holds it on has heard of it.
    story.tell("humans/bea", story.hold(None, true));
    assert_eq!(story.it().turn(), Turn::Nobody);
}

#[test]
fn evidence_that_does_not_come_is_somebody_elses_turn_in_the_end() {
    let mut story = chained();
    story.tell(ANNA, story.request_evidence(&[]));
    assert_eq!(story.it().turn().to_string(), RULES);
    story.pass_days(2);
    story.tell_clock(Command::Escalate);
    assert_eq!((story.state(), story.it().turn().to_string().as_str()), (StateName::NeedsEvidence, "humans/bea"));
    story.tell("humans/bea", story.hold(None, true));
    story.tell("humans/bea", story.request_evidence(&[]));
    assert_eq!(story.it().turn().to_string(), RULES, "she asked again");
}

#[test]
fn nothing_expires_unheard_when_nobody_kept_time() {
    let mut story = chained();
    story.pass_days(15);
    assert!(matches!(story.refused_by(&Actor::Clock, &Command::Expire), Refusal::IllegalTransition { .. }));
    for (turn, days_left) in [("humans/bea", 12), ("roles/manager", 9)] {
        story.tell_clock(Command::Escalate);
        assert_eq!(story.it().turn().to_string(), turn);
        assert_eq!(
            story.it().expires_at,
            story.now.plus_secs(days_left * DAY_SECS),
            "as long as the policy gives them"
        );
        story.refused_by(&Actor::Clock, &Command::Expire);
        story.now = story.it().next_deadline().expect("a deadline");
    }
    story.tell_clock(Command::Expire);
    assert_eq!(story.state(), StateName::Expired);
}

/// A hold may last until the end, and nobody may keep time meanwhile.
#[test]
fn nothing_expires_unheard_that_was_put_aside() {
    for until_days in [1, 14] {
        let mut story = chained();
        let until = story.now.plus_secs(until_days * DAY_SECS);
        story.tell(ANNA, story.hold(Some(until), false));
        story.pass_days(15);
        assert!(matches!(story.refused_by(&Actor::Clock, &Command::Expire), Refusal::IllegalTransition { .. }));
        story.tell_clock(Command::Release(Release { etag: None }));
        for turn in ["humans/bea", "roles/manager"] {
            story.tell_clock(Command::Escalate);
            assert_eq!((story.state(), story.it().turn().to_string().as_str()), (StateName::Proposed, turn));
            story.refused_by(&Actor::Clock, &Command::Expire);
            story.now = story.it().next_deadline().expect("a deadline");
        }
        story.tell_clock(Command::Expire);
        assert_eq!(story.state(), StateName::Expired);
    }
}

#[test]
fn an_owner_makes_way_where_no_reviewer_may_approve() {
    for (roles, turn) in [
        (vec![Role::Reviewer, Role::Manager], ANNA),
        (vec![Role::Manager, Role::Admin], "roles/manager"),
        (vec![Role::Admin], "roles/admin"),
    ] {
        let mut story = Story::new();
        story.verdict.approver_roles = roles;
        story.propose(story.proposal()).expect("a proposal");
        assert_eq!(story.it().turn().to_string(), turn);
    }
}
