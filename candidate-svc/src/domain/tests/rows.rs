//! How a candidate is kept and read again, also by a later release.

use serde_json::{Value, json};

use super::cast::{ANNA, BEN, RULES};
use super::story::Story;
use crate::domain::*;

fn lives() -> Vec<Story> {
    let mut held = Story::proposed();
    held.tell(ANNA, held.request_evidence(&["note"]));
    held.tell(ANNA, held.hold(Some(held.now.plus_ms(5)), true));
    let mut rework = Story::executed();
    rework.tell(ANNA, rework.send_back());
    let mut rejected = Story::proposed();
    rejected.tell(BEN, rejected.reject());
    let mut withdrawn = Story::proposed();
    withdrawn.tell(RULES, withdrawn.withdraw());
    let more = [Story::approved(), Story::executing(), Story::failed(), Story::outcome_unknown()];
    [held, rework, rejected, withdrawn].into_iter().chain(more).collect()
}

#[test]
fn a_row_reads_back_as_written() {
    for story in lives() {
        let row = serde_json::to_string(story.it()).expect("a row");
        assert_eq!(&serde_json::from_str::<Candidate>(&row).expect("the row"), story.it(), "{row}");
    }
}

#[test]
fn a_row_of_a_later_release_is_read_by_this_one() {
    for story in lives() {
        let mut row = serde_json::to_value(story.it()).expect("a row");
        add_unknown(&mut row);
        assert_eq!(&serde_json::from_value::<Candidate>(row).expect("the row"), story.it());
    }
}

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(add_unknown);
            members.insert("of_a_later_release".into(), json!({ "x": [1] }));
        }
        Value::Array(items) => items.iter_mut().for_each(add_unknown),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_row_has_this_form() {
    insta::assert_json_snapshot!(Story::executing().it());
}

#[test]
fn events_alone_make_the_same_candidate() {
    for story in lives() {
        let rebuilt = story.events.iter().fold(None, |candidate, event| Some(evolve(candidate, event)));
        assert_eq!(rebuilt.as_ref(), Some(story.it()), "C-8");
    }
}

#[test]
#[should_panic(expected = "C-8: an event out of order")]
fn a_missing_event_is_noticed() {
    let story = Story::executing();
    let first = evolve(None, &story.events[0]);
    evolve(Some(first), &story.events[2]);
}

#[test]
#[should_panic(expected = "C-1: exactly the present digest is approved")]
fn a_forged_approval_is_noticed() {
    let mut story = Story::approved();
    let EventBody::CandidateApproved(approved) = &mut story.events[1].body else { panic!("an approval") };
    approved.digest = ledger_format::PayloadDigest::new([9; 32]);
    let first = evolve(None, &story.events[0]);
    evolve(Some(first), &story.events[1]);
}

#[test]
#[should_panic(expected = "C-10: only a person approves")]
fn an_approval_by_a_machine_is_noticed() {
    let mut story = Story::approved();
    story.events[1].actor = super::cast::principal("services/clock");
    let first = evolve(None, &story.events[0]);
    evolve(Some(first), &story.events[1]);
}

#[test]
#[should_panic(expected = "C-8: `candidate_executed` cannot happen in state `APPROVED`")]
fn a_skipped_claim_is_noticed() {
    let mut story = Story::executed();
    story.events[3].revision = 3;
    let approved = story.events[..2].iter().fold(None, |candidate, event| Some(evolve(candidate, event)));
    evolve(approved, &story.events[3]);
}
