//! What becomes known of the looks at an audit sample.

use super::cast::{BEN, CARA, EXECUTOR, RULES, principal};
use super::standing::{on_the_light_path, proposed, standing};
use super::story::Story;
use crate::domain::*;

type Step = fn(&mut Story);

const APPROVE: Step = |story| {
    story.tell(BEN, story.approve());
};
const EXECUTE: Step = |story| {
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_success());
};
const FAIL: Step = |story| {
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(false));
};
const RETRY: Step = |story| {
    story.tell(BEN, story.retry());
};
const SEND_BACK: Step = |story| {
    story.tell(BEN, story.send_back());
};
const REJECT: Step = |story| {
    story.tell(BEN, story.reject());
};
const EDIT: Step = |story| {
    let edit = story.edit_due("2026-12-01");
    story.tell(CARA, edit);
};
const TAKE_BACK: Step = |story| {
    story.tell(RULES, story.withdraw());
};
const EXPIRE: Step = |story| {
    story.pass_unheeded();
    story.tell_clock(Command::Expire);
};

/// What is known of one candidate's looks after these steps.
fn looks(drawn: Option<Draw>, steps: &[Step]) -> String {
    let mut story = proposed(|_, proposal| proposal.standing[0].drawn = drawn);
    let mut kept = standing(&on_the_light_path(), RULES);
    kept = kept.saw(None, story.it(), &principal(RULES)).unwrap_or(kept);
    for step in steps {
        let seen = story.events.len();
        let before = story.it().clone();
        step(&mut story);
        // Event by event, as commits bring them.
        let mut last = before;
        for event in &story.events[seen..] {
            let next = evolve(Some(last.clone()), event);
            kept = kept.saw(Some(&last), &next, &event.actor).unwrap_or(kept);
            last = next;
        }
    }
    kept.looks.to_string()
}

#[test]
fn a_look_counts_once_it_is_known_what_it_found() {
    for (steps, expected) in [
        (&[APPROVE][..], ""),
        (&[APPROVE, EXECUTE], "o"),
        (&[APPROVE, FAIL], "x"),
        (&[APPROVE, FAIL, RETRY, EXECUTE], "x"),
        (&[APPROVE, FAIL, SEND_BACK], "x"),
        (&[APPROVE, EXECUTE, SEND_BACK], "ox"),
        (&[APPROVE, EXECUTE, SEND_BACK, EDIT, APPROVE, EXECUTE], "ox"),
        (&[REJECT], "x"),
        (&[EDIT, APPROVE, EXECUTE], "x"),
        (&[TAKE_BACK], ""),
        (&[EXPIRE], ""),
    ] {
        assert_eq!(looks(Some(Draw::Sample), steps), expected);
        assert_eq!(looks(Some(Draw::Owed), steps), expected, "in another's place");
    }
}

#[test]
fn what_nobody_looked_at_tells_nothing() {
    for steps in [&[EXECUTE][..], &[EXECUTE, SEND_BACK], &[FAIL]] {
        assert_eq!(looks(None, steps), "");
    }
}

#[test]
fn another_standing_approvals_looks_are_its_own() {
    let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(Draw::Sample));
    let before = story.it().clone();
    story.tell(BEN, story.reject());
    let name = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a66".parse().expect("a name");
    let other = StandingApproval { name, ..standing(&on_the_light_path(), RULES) };
    assert_eq!(other.saw(Some(&before), story.it(), &principal(BEN)), None);
}

#[test]
fn what_its_proposer_decides_nobody_else_has_looked_at() {
    for (step, seen) in [(REJECT, "x"), (EDIT, "x")] {
        let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(Draw::Sample));
        let before = story.it().clone();
        step(&mut story);
        let kept = standing(&on_the_light_path(), RULES);
        let looks = |by| kept.saw(Some(&before), story.it(), &principal(by)).map(|kept| kept.looks.to_string());
        assert_eq!((looks(BEN), looks(RULES)), (Some(seen.to_owned()), None));
    }
}
