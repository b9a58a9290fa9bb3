use std::collections::{BTreeMap, BTreeSet};

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEdited, CandidateEvent, State};
use countersign_api::r#type::v1::{Principal, PrincipalKind};

use super::people::{PEOPLE, whose_turn};
use super::plan::{Afterwards, Decision, Plan};
use super::*;

/// What the services do with a step, told as the story sees it; executions always succeed.
fn carry_out(story: &mut Story, step: Step) {
    story.revision += 1;
    story.state = match step {
        Step::Approve => State::Executed,
        Step::Edit => State::Edited,
        Step::Reject(_) => State::Rejected,
        Step::Hold => State::Held,
        Step::Ask => State::NeedsEvidence,
        Step::Release | Step::AddEvidence | Step::Assign if story.edits > 0 => State::Edited,
        Step::Release | Step::AddEvidence | Step::Assign => State::Proposed,
        Step::SendBack(_) => State::Rework,
    };
    match step {
        Step::Approve => story.executions += 1,
        Step::Edit => story.edits += 1,
        Step::Hold => story.holds += 1,
        Step::Ask => story.questions += 1,
        Step::SendBack(_) => (story.sent_back, story.edits) = (story.sent_back + 1, 0),
        Step::Reject(_) | Step::Release | Step::AddEvidence | Step::Assign => {}
    }
}

fn proposed(number: u32, action_type: &str, state: State) -> Story {
    Story { source_id: format!("D{number}"), action_type: action_type.into(), revision: 1, state, ..Story::default() }
}

fn every_story() -> impl Iterator<Item = (Plan, Story)> {
    let kinds = ["create_task", "request_information", "update_field", "add_note"];
    let states = [State::Proposed, State::NeedsEvidence, State::NeedsOwner];
    (0..3_000).flat_map(move |number| {
        kinds.into_iter().flat_map(move |kind| {
            states
                .into_iter()
                .map(move |state| (Plan::draw(7, &format!("D{number}"), kind), proposed(number, kind, state)))
        })
    })
}

#[test]
fn a_plan_follows_from_seed_record_and_action_type_alone() {
    assert_eq!(Plan::draw(7, "D1", "create_task"), Plan::draw(7, "D1", "create_task"));
    let differs = |other: fn(u32) -> Plan| (0..50).any(|n| other(n) != Plan::draw(7, &format!("D{n}"), "create_task"));
    assert!(differs(|n| Plan::draw(8, &format!("D{n}"), "create_task")));
    assert!(differs(|n| Plan::draw(7, &format!("D{n}"), "request_information")));
    assert!(differs(|n| Plan::draw(7, &format!("E{n}"), "create_task")));
}

#[test]
fn every_decision_occurs_about_as_often_as_it_should() {
    let mut decisions: BTreeMap<String, u32> = BTreeMap::new();
    let mut reworks = 0_u32;
    for number in 0..10_000 {
        let plan = Plan::draw(1, &number.to_string(), "create_task");
        let name = format!("{:?}", plan.decision);
        *decisions.entry(name.split('(').next().unwrap_or_default().to_owned()).or_default() += 1;
        reworks += u32::from(plan.afterwards != Afterwards::Accept);
    }
    for (decision, percent) in [
        ("Approve", 46),
        ("Edit", 26),
        ("Reject", 9),
        ("Hold", 5),
        ("HoldThenApprove", 4),
        ("Ask", 6),
        ("LeaveOpen", 4),
    ] {
        let found = decisions[decision];
        assert!(found.abs_diff(percent * 100) < 150, "{decision}: {found} of 10,000");
    }
    assert!(reworks.abs_diff(500) < 100, "{reworks} of 10,000");
}

#[test]
fn every_story_ends_whatever_it_began_with() {
    for (plan, mut story) in every_story() {
        let mut steps = 0;
        while let Some(step) = next_step(&plan, &story) {
            carry_out(&mut story, step);
            steps += 1;
            assert!(steps <= 8, "{plan:?} never ends: {story:?}");
        }
        let finished = match plan.decision {
            Decision::Hold if steps > 0 => story.state == State::Held,
            Decision::Hold | Decision::LeaveOpen => steps == 0,
            Decision::Reject(_) => story.state == State::Rejected,
            Decision::Approve | Decision::Edit | Decision::HoldThenApprove | Decision::Ask => {
                let refused_later = plan.afterwards == Afterwards::ReworkThenReject;
                story.state == if refused_later { State::Rejected } else { State::Executed }
            }
        };
        assert!(finished, "{plan:?} ended as {story:?}");
    }
}

#[test]
fn nobody_approves_what_they_touched() {
    for (plan, mut story) in every_story() {
        let mut touched = BTreeSet::new();
        while let Some(step) = next_step(&plan, &story) {
            let person = whose_turn(&plan, step, &story);
            if step == Step::Approve {
                assert!(!touched.contains(&person), "{plan:?}: {story:?}");
            } else {
                touched.insert(person);
            }
            carry_out(&mut story, step);
        }
    }
}

#[test]
fn what_somebody_of_another_run_edited_is_approved_by_somebody_else() {
    for number in 0..200 {
        let mut story = proposed(number, "create_task", State::Edited);
        let plan = Plan::draw(1, &story.source_id, &story.action_type);
        let in_turn = PEOPLE[whose_turn(&plan, Step::Approve, &story)];
        story.editors.insert(in_turn.to_owned());
        assert_ne!(PEOPLE[whose_turn(&plan, Step::Approve, &story)], in_turn);
    }
}

#[test]
fn what_a_person_has_taken_in_hand_is_left_to_them() {
    for number in 0..200 {
        let mut story = proposed(number, "create_task", State::Proposed);
        let edited = CandidateEvent {
            revision: 2,
            actor: Some(Principal { kind: PrincipalKind::Human.into(), id: "humans/anna".to_owned() }),
            state: State::Edited.into(),
            event: Some(Event::CandidateEdited(CandidateEdited::default())),
            ..CandidateEvent::default()
        };
        story.absorb(&edited);
        let plan = Plan::draw(1, &story.source_id, &story.action_type);
        assert_eq!(next_step(&plan, &story), None, "{plan:?}");
    }
}

#[test]
fn what_failed_is_sent_back_once_and_then_refused() {
    for number in 0..200 {
        let mut story = proposed(number, "update_field", State::Failed);
        let plan = Plan::draw(3, &story.source_id, &story.action_type);
        assert!(matches!(next_step(&plan, &story), Some(Step::SendBack(_))));
        story.state = State::Rework;
        story.sent_back = 1;
        assert!(matches!(next_step(&plan, &story), Some(Step::Reject(_))), "{plan:?}");
    }
}

#[test]
fn what_is_over_or_under_way_is_left_alone() {
    for state in
        [State::Approved, State::Executing, State::OutcomeUnknown, State::Rejected, State::Withdrawn, State::Expired]
    {
        for number in 0..100 {
            let story = proposed(number, "create_task", state);
            assert_eq!(next_step(&Plan::draw(1, &story.source_id, "create_task"), &story), None);
        }
    }
}
