//! How time ends what nobody decides, and never decides itself.

use super::cast::{ANNA, BEN, actor};
use super::story::Story;
use crate::domain::*;

#[test]
fn silence_expires() {
    let mut story = Story::proposed();
    let refusal = story.refused_by(&Actor::Clock, &Command::Expire);
    assert!(refusal.to_string().contains("not before `2026-12-06T09:00:00Z`"), "{refusal}");
    story.pass_unheeded();
    story.tell_clock(Command::Expire);
    assert_eq!(story.state(), StateName::Expired);
    let last = story.events.last().expect("an event");
    assert_eq!((last.actor.as_str(), &last.request_id), ("services/clock", &None));
}

#[test]
fn an_approval_that_nobody_executes_lapses() {
    let mut story = Story::approved();
    story.pass_days(7);
    story.tell_clock(Command::Expire);
    assert_eq!(story.state(), StateName::Expired);
}

#[test]
fn a_hold_does_not_stop_the_time() {
    let mut story = Story::proposed();
    let later = story.hold(Some(story.it().expires_at.plus_secs(1)), false);
    let refusal = story.refused(ANNA, later);
    assert!(refusal.to_string().contains("after it expires, at `2026-12-06T09:00:00Z`"), "{refusal}");
    story.tell(ANNA, story.hold(Some(story.it().expires_at), false));
    assert_eq!(story.it().next_deadline(), Some(story.it().expires_at));

    let mut story = Story::proposed();
    story.tell(ANNA, story.hold(None, false));
    story.pass_unheeded();
    story.tell_clock(Command::Expire);
    assert_eq!(story.state(), StateName::Expired);
}

#[test]
fn nobody_but_the_clock_lets_time_end_it() {
    let mut story = Story::proposed();
    story.pass_days(14);
    let refusal = story.refused_by(&actor(ANNA), &Command::Expire);
    assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::NotTheClock, .. }), "{refusal}");
}

#[test]
fn what_waits_for_a_person_after_execution_has_no_deadline() {
    for story in [Story::failed(), Story::outcome_unknown(), Story::executed()] {
        assert_eq!(story.it().next_deadline(), None, "{}", story.state());
    }
}

#[test]
fn a_clock_that_was_set_back_does_not_set_history_back() {
    let mut story = Story::proposed();
    let proposed_at = story.now;
    story.now = Moment::from(proposed_at.timestamp() - jiff::SignedDuration::from_secs(60));
    story.tell(BEN, story.approve());
    assert_eq!(story.it().updated_at, proposed_at);
}
