use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    CandidateApproved, CandidateExecuted, CandidateProposed, ExecutionStarted, Proposal, State,
};
use countersign_api::r#type::v1::Principal;
use service_kit::clock::ManualClock;

use super::*;
use crate::demo::progress::Report;
use crate::output::Console;
use crate::propose::{Item, Origin};

const OURS: &str = "generators/crm-rules";

fn conductor(recorded_before: u64) -> Conductor {
    let tally = Tally::new(Arc::new(ManualClock::default()), Report::new(Console::new(true), 1));
    let item = |id: &str| Item {
        request_id: request_of(id),
        origin: Origin::Record(id.to_owned()),
        proposal: Proposal::default(),
    };
    let scope = Scope::of(&BTreeMap::from([(OURS.to_owned(), ["one", "two"].map(item).to_vec())]));
    Conductor::new(None, scope, recorded_before, tally)
}

fn request_of(candidate: &str) -> String {
    format!("request-{candidate}")
}

fn answered(candidate: &str) -> Kept {
    Kept::Answered { candidate: candidate.into(), revision: 1, replayed: false }
}

fn recorded(candidate: &str, entry_index: i64, revision: i64, state: State, event: Event) -> RecordedEvent {
    let event = CandidateEvent {
        candidate: candidate.into(),
        revision,
        request_id: request_of(candidate),
        actor: Some(Principal { kind: 2, id: OURS.into() }),
        state: state.into(),
        event: Some(event),
        ..CandidateEvent::default()
    };
    RecordedEvent { event: Some(event), recorded: true, entry_index, ..RecordedEvent::default() }
}

fn proposed(candidate: &str, entry_index: i64) -> RecordedEvent {
    recorded(candidate, entry_index, 1, State::Proposed, Event::CandidateProposed(CandidateProposed::default()))
}

#[test]
fn a_proposal_is_waited_for_until_the_ledger_has_it() {
    let mut conductor = conductor(0);
    conductor.kept(answered("one"));
    assert_eq!(conductor.unsettled, 1);
    conductor.recorded(proposed("one", 0));
    assert_eq!(conductor.unsettled, 0);
    assert_eq!(conductor.tally.log_size, 1);
}

#[test]
fn the_ledger_may_know_a_proposal_before_its_answer_comes() {
    let mut conductor = conductor(0);
    conductor.recorded(proposed("one", 0));
    assert_eq!(conductor.unsettled, 0);
    conductor.kept(answered("one"));
    assert_eq!(conductor.unsettled, 0);
}

#[test]
fn an_approval_is_waited_for_until_it_was_executed() {
    let mut conductor = conductor(0);
    conductor.recorded(proposed("one", 0));
    let story = [
        (State::Approved, Event::CandidateApproved(CandidateApproved::default()), 1),
        (State::Executing, Event::ExecutionStarted(ExecutionStarted::default()), 1),
        (State::Executed, Event::CandidateExecuted(CandidateExecuted::default()), 0),
    ];
    for (index, (state, event, unsettled)) in (1..).zip(story) {
        conductor.recorded(recorded("one", index, index + 1, state, event));
        assert_eq!(conductor.unsettled, unsettled, "{state:?}");
    }
    assert_eq!(conductor.tally.executions, 1);
}

#[test]
fn what_somebody_else_proposed_is_not_waited_for() {
    let mut conductor = conductor(0);
    let mut foreign = proposed("theirs", 0);
    if let Some(event) = &mut foreign.event {
        event.actor = Some(Principal { kind: 2, id: "generators/local".into() });
    }
    conductor.recorded(foreign);
    let event = Event::CandidateApproved(CandidateApproved::default());
    conductor.recorded(recorded("theirs", 1, 2, State::Approved, event));
    assert_eq!(conductor.unsettled, 0);
    assert_eq!(conductor.tally.log_size, 2);
}

#[test]
fn what_the_same_rules_proposed_under_another_seed_is_neither_waited_for_nor_counted() {
    let mut conductor = conductor(0);
    let mut before = proposed("one", 0);
    if let Some(event) = &mut before.event {
        event.request_id = "request-of-another-seed".into();
    }
    conductor.recorded(before);
    for (index, revision, state, event) in [
        (1, 2, State::Approved, Event::CandidateApproved(CandidateApproved::default())),
        (2, 3, State::Executed, Event::CandidateExecuted(CandidateExecuted::default())),
    ] {
        conductor.recorded(recorded("one", index, revision, state, event));
        assert_eq!(conductor.unsettled, 0, "{state:?}");
    }
    assert_eq!(conductor.tally.executions, 0);
    assert!(conductor.tracks.is_empty());
}

#[test]
fn what_is_kept_in_other_words_is_waited_for_until_the_ledger_tells_of_it() {
    let mut conductor = conductor(0);
    for id in ["one", "two"] {
        conductor.kept(Kept::InOtherWords { request_id: request_of(id) });
    }
    assert_eq!(conductor.awaited.len(), 2);
    conductor.recorded(proposed("one", 0));
    conductor.recorded(proposed("two", 1));
    assert!(conductor.awaited.is_empty());
    assert_eq!((conductor.tally.replayed, conductor.tracks.len()), (2, 2));
    conductor.kept(Kept::InOtherWords { request_id: request_of("one") });
    assert!(conductor.awaited.is_empty(), "the ledger has told of it already");
}

#[test]
fn nobody_acts_before_what_was_recorded_before_is_read() {
    let mut conductor = conductor(2);
    conductor.recorded(proposed("one", 0));
    assert!(!conductor.is_caught_up);
    conductor.recorded(proposed("two", 1));
    assert!(conductor.is_caught_up);
    assert_eq!(conductor.tally.recorded.count(), 0, "what was there before is not of this run");
}
