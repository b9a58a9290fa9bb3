//! What is left of a candidate whose contents were erased, and what may still happen to it.

use super::{
    cast::{BEN, EXECUTOR, RULES, actor},
    story::{Story, evidence},
};
use crate::domain::*;

/// Words that nobody says but the people and programs of this story.
const SAID: [&str; 7] = [
    "The deal has no account",
    "Nobody can be billed",
    "The deal as exported",
    "Later.",
    "The task went to the wrong person.",
    "D-17",
    "\"42\"",
];

fn erased(story: &mut Story) -> Candidate {
    let erasure = Erasure { erased_at: story.now, entry_index: 4711 };
    let erased = story.it().erased_by(erasure);
    story.candidate = Some(erased.clone());
    erased
}

#[test]
fn nothing_that_anybody_said_is_left_and_what_was_counted_is() {
    let mut story = Story::executed();
    story.tell(BEN, story.send_back());
    let edit = story.edit_due("2026-12-09");
    story.tell(BEN, edit);
    let before = story.it().clone();
    let said = serde_json::to_string(&story.events).expect("events");
    let left = erased(&mut story);

    let row = serde_json::to_string(&left).expect("a row");
    let events: Vec<Event> = story.events.iter().map(Event::erased).collect();
    let events = serde_json::to_string(&events).expect("events");
    let payload: serde_json::Value = serde_json::from_str(before.payload.canonical_json()).expect("JSON");
    let values = payload.as_object().expect("an object").values().filter_map(serde_json::Value::as_str);
    for words in SAID.into_iter().chain(values.filter(|value| !value.starts_with("humans/"))) {
        assert!(said.contains(words), "`{words}` was said");
        assert!(!row.contains(words), "`{words}` in {row}");
        assert!(!events.contains(words), "`{words}` in {events}");
    }
    assert_eq!(left.payload.digest(), before.payload.digest(), "the digest stays");
    assert_eq!((left.state.name(), left.revision), (before.state.name(), before.revision));
    assert_eq!((left.created_at, left.expires_at), (before.created_at, before.expires_at));
    assert_eq!(left.execution.attempts.len(), before.execution.attempts.len());
    assert_eq!(left.proposal.action_type, before.proposal.action_type);
    assert_eq!(left.evidence.len(), before.evidence.len());
    assert!(events.contains(r#""owner_team":"sales""#), "a team is nobody: {events}");
}

#[test]
fn what_needs_the_contents_is_refused_and_changes_nothing() {
    let mut story = Story::proposed();
    let left = erased(&mut story);
    let hold = story.hold(None, false);
    let edit = story.edit_due("2026-12-09");
    let etag = left.etag();
    let added = Command::AddEvidence(AddEvidence { etag, evidence: vec![evidence("record_field")] });
    for (who, command) in [(BEN, story.approve()), (BEN, hold), (BEN, edit), (RULES, added)] {
        let verb = command.verb();
        match story.attempt(&actor(who), &command) {
            Err(Refusal::ContentErased { entry_index: 4711, verb: refused, .. }) => assert_eq!(refused, verb),
            other => panic!("`{verb}`: {other:?}"),
        }
        assert_eq!(story.it(), &left);
    }
    let mut story = Story::approved();
    erased(&mut story);
    let claim = story.claim();
    assert!(matches!(story.attempt(&actor(EXECUTOR), &claim), Err(Refusal::ContentErased { .. })));
}

#[test]
fn what_people_and_machines_conclude_without_them_goes_on() {
    let mut story = Story::proposed();
    erased(&mut story);
    story.tell(BEN, story.reject());
    assert_eq!(story.it().state.name(), StateName::Rejected);
    let mut story = Story::executing();
    erased(&mut story);
    story.tell(EXECUTOR, story.report_success());
    assert_eq!(story.it().state.name(), StateName::Executed);
}
