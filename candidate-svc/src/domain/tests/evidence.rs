//! How evidence is asked for, and how it comes.

use super::cast::{ANNA, BEN, EXECUTOR, RULES, actor_as, person};
use super::story::{Story, evidence};
use crate::domain::limits::EVIDENCE_MAX_ITEMS;
use crate::domain::*;
use service_kit::access::Role;

fn last_added(story: &Story) -> &EvidenceAdded {
    let added = story.events.iter().rev().find_map(|event| match &event.body {
        EventBody::EvidenceAdded(facts) => Some(facts),
        _ => None,
    });
    added.expect("evidence was added")
}

/// Which kinds are asked for, and whether a person asks.
fn asked(story: &Story) -> (Vec<&str>, bool) {
    let question = &story.it().awaited_evidence().expect("something is asked for").question;
    (question.kinds.iter().map(EvidenceKind::as_str).collect(), question.asked_by.is_some())
}

#[test]
fn a_question_is_answered_by_evidence_of_a_kind_that_it_names() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.request_evidence(&["form_value", "note"]));
    story.tell(RULES, story.add_evidence("statistic"));
    assert_eq!((story.state(), asked(&story)), (StateName::NeedsEvidence, (vec!["form_value", "note"], true)));
    assert!(!last_added(&story).requirement_met);
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Proposed);
    assert!(last_added(&story).requirement_met);
    assert_eq!(story.it().evidence.iter().map(|evidence| evidence.number).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn what_was_there_before_a_question_does_not_answer_it() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.request_evidence(&["record_field"]));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::NeedsEvidence, "there was a `record_field`, before anybody asked");
    story.tell(RULES, story.add_evidence("record_field"));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn every_kind_that_the_catalogue_requires_must_come_also_piece_by_piece() {
    let mut story = Story::new();
    story.action_type.required_evidence_kinds = ["note", "form_value"].map(|kind| kind.parse().expect("a kind")).into();
    story.propose(story.proposal()).expect("a proposal");
    story.tell(RULES, story.add_evidence("form_value"));
    assert_eq!((story.state(), asked(&story)), (StateName::NeedsEvidence, (vec!["note"], false)));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn a_persons_question_does_not_replace_what_the_catalogue_requires() {
    let mut story = Story::new();
    story.action_type.required_evidence_kinds = vec!["form_value".parse().expect("a kind")];
    story.propose(story.proposal()).expect("a proposal");
    story.tell(ANNA, story.hold(None, false));
    story.tell(ANNA, story.request_evidence(&["note"]));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::NeedsEvidence, "the form value is still missing");
    assert_eq!(asked(&story), (vec!["form_value"], false), "and is what is asked for now, by the action type");
    story.tell(RULES, story.add_evidence("form_value"));
    assert_eq!(story.state(), StateName::Proposed);
}

/// Adds so many notes.
fn add(story: &Story, notes: usize) -> Command {
    Command::AddEvidence(AddEvidence { etag: story.it().etag(), evidence: vec![evidence("note"); notes] })
}

#[test]
fn nothing_is_asked_for_that_there_is_no_room_for() {
    let mut story = Story::proposed();
    let full = add(&story, EVIDENCE_MAX_ITEMS - story.it().evidence.len());
    story.tell(RULES, full);
    let refusal = story.refused(ANNA, story.request_evidence(&[])).to_string();
    assert!(refusal.contains("holds no more"), "{refusal}");

    let mut story = Story::new();
    story.action_type.required_evidence_kinds = ["note", "form_value"].map(|kind| kind.parse().expect("a kind")).into();
    let with = |count: usize| Propose { evidence: vec![evidence("note"); count], ..story.proposal() };
    let (full, almost) = (with(EVIDENCE_MAX_ITEMS), with(EVIDENCE_MAX_ITEMS - 1));
    let refusal = story.propose(full).expect_err("no room for the form value").to_string();
    assert!(refusal.contains("leave no room for the 1 kinds"), "{refusal}");
    story.propose(almost).expect("one place is left");
    story.tell(RULES, story.add_evidence("form_value"));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn what_is_awaited_keeps_its_room() {
    let mut story = Story::proposed();
    story.tell(ANNA, story.request_evidence(&["form_value"]));
    let room = EVIDENCE_MAX_ITEMS - story.it().evidence.len();
    let all = add(&story, room);
    let refusal = story.refused(RULES, all).to_string();
    assert!(refusal.contains("no room for what is asked for"), "{refusal}");
    let but_one = add(&story, room - 1);
    story.tell(RULES, but_one);
    story.tell(RULES, story.add_evidence("form_value"));
    assert_eq!(story.state(), StateName::Proposed);
}

#[test]
fn once_evidenced_it_waits_for_an_owner_if_it_has_none() {
    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    story.tell(ANNA, story.request_evidence(&[]));
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!(story.state(), StateName::NeedsOwner);
}

#[test]
fn an_owner_named_meanwhile_is_kept() {
    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    story.tell(ANNA, story.request_evidence(&[]));
    story.tell(ANNA, story.assign_owner(BEN));
    assert_eq!(story.state(), StateName::NeedsEvidence);
    story.tell(RULES, story.add_evidence("note"));
    assert_eq!((story.state(), &story.it().owner), (StateName::Proposed, &Some(person(BEN))));
}

#[test]
fn the_proposer_a_reviewer_and_a_proposing_service_add_evidence_and_nobody_else() {
    let mut story = Story::proposed();
    for actor in [
        actor_as(RULES, &[Role::Proposer]),
        actor_as(ANNA, &[Role::Reviewer]),
        actor_as("services/enricher", &[Role::Proposer]),
    ] {
        let command = story.add_evidence("note");
        story.attempt(&actor, &command).expect("may add");
        assert_eq!(story.it().evidence.last().map(|evidence| evidence.added_by.clone()), Some(actor.principal()));
    }
    for actor in [
        actor_as("generators/other", &[Role::Proposer]),
        actor_as(EXECUTOR, &[Role::Executor]),
        actor_as("humans/dora", &[Role::Auditor]),
        Actor::Clock,
    ] {
        let command = story.add_evidence("note");
        let refusal = story.refused_by(&actor, &command);
        assert!(matches!(refusal, Refusal::NotEntitled { .. }), "{refusal}");
    }
}

#[test]
fn no_evidence_is_no_evidence() {
    let mut story = Story::proposed();
    let nothing = Command::AddEvidence(AddEvidence { etag: story.etag(), evidence: Vec::new() });
    let refusal = story.refused(ANNA, nothing);
    assert_eq!(refusal, Refusal::malformed("evidence", "it is empty: add at least one piece"));
    let mut untitled = evidence("note");
    untitled.title = " ".into();
    let untitled = Command::AddEvidence(AddEvidence { etag: story.etag(), evidence: vec![evidence("note"), untitled] });
    let Refusal::Malformed { field, .. } = story.refused(ANNA, untitled) else { panic!("malformed") };
    assert_eq!(field, "evidence[1].title");
}
