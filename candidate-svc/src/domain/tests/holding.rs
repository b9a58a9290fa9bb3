//! How a candidate is put aside, and how it comes back.

use super::cast::{ANNA, BEN, RULES};
use super::story::Story;
use crate::domain::*;

fn held(story: &Story) -> &Held {
    match &story.it().state {
        State::Held(held) => held,
        other => panic!("{}", other.name()),
    }
}

#[test]
fn a_hold_returns_to_the_state_before_it() {
    let mut story = Story::proposed();
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    story.tell(BEN, story.hold(None, false));
    assert_eq!(held(&story).before, Waiting::Edited);
    let unseen = story.refused(ANNA, Command::Release(Release { etag: None }));
    assert!(matches!(&unseen, Refusal::Malformed { field, .. } if field == "etag"), "{unseen}");
    story.tell(ANNA, story.release());
    assert_eq!(story.state(), StateName::Edited);
}

#[test]
fn holding_again_only_changes_the_end() {
    let mut story = Story::proposed();
    story.tell(BEN, story.hold(None, true));
    let until = story.now.plus_secs(60);
    let again = Hold { etag: story.etag(), reason: "Still away.".into(), until_at: Some(until), until_evidence: false };
    story.tell(ANNA, Command::Hold(again));
    let held = held(&story);
    assert_eq!((held.held_by.as_str(), held.reason.as_str()), (BEN, "The customer is away."));
    assert_eq!((held.until_at, held.until_evidence, &held.before), (Some(until), false, &Waiting::Proposed));
}

#[test]
fn the_clock_ends_a_hold_when_its_time_has_come_and_not_before() {
    let mut story = Story::proposed();
    let until = story.now.plus_secs(60);
    story.tell(ANNA, story.hold(Some(until), false));
    assert_eq!(story.it().next_deadline(), Some(until));
    let refusal = story.refused_by(&Actor::Clock, &Command::Release(Release { etag: None }));
    assert!(refusal.to_string().contains("not before"), "{refusal}");
    story.pass_ms(60_000);
    story.tell_clock(Command::Release(Release { etag: None }));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn a_hold_without_an_end_is_not_the_clocks_to_end() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.hold(None, true));
    story.pass_days(1);
    let refusal = story.refused_by(&Actor::Clock, &Command::Release(Release { etag: None }));
    assert!(refusal.to_string().contains("no end in time"), "{refusal}");
}

#[test]
fn awaited_evidence_ends_a_hold_in_the_same_revision() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.hold(None, true));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Proposed);
    let last = story.events.last().expect("an event");
    let released = CandidateReleased { cause: ReleaseCause::Evidence };
    assert_eq!((last.ordinal, &last.body), (1, &EventBody::CandidateReleased(released)));
}

#[test]
fn evidence_that_nobody_awaits_leaves_a_hold() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.hold(None, false));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Held);
}

#[test]
fn needs_that_are_met_under_a_hold_are_met() {
    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    story.tell(ANNA, story.request_evidence(&[]));
    story.tell(ANNA, story.hold(None, true));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::NeedsOwner, "released, and evidenced");

    story.tell(ANNA, story.hold(None, false));
    story.tell(ANNA, story.assign_owner(BEN));
    assert_eq!((story.state(), &held(&story).before), (StateName::Held, &Waiting::Proposed));
}

#[test]
fn evidence_of_another_kind_than_is_awaited_leaves_a_hold() {
    let mut story = Story::proposed();
    story.tell(BEN, story.request_evidence(&["form_value"]));
    story.tell(ANNA, story.hold(None, true));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Held);
    story.tell(RULES, story.add_evidence("form_value"));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn a_hold_until_the_past_is_refused() {
    let mut story = Story::proposed();
    let refusal = story.refused(ANNA, story.hold(Some(story.now), false));
    assert!(matches!(&refusal, Refusal::Malformed { field, .. } if field == "until_time"), "{refusal}");
}

#[test]
fn approvals_outlast_a_hold() {
    let mut story = Story::new();
    story.verdict.quorum = 2;
    story.propose(story.proposal()).expect("a proposal");
    story.tell(ANNA, story.approve());
    story.tell(BEN, story.hold(None, false));
    story.tell(BEN, story.release());
    story.tell(BEN, story.approve());
    assert_eq!(story.state(), StateName::Approved);
}
