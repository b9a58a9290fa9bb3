//! What an audit sample owes: every look that was drawn is taken, on that candidate or on another.

use super::cast::{BEN, RULES, principal};
use super::standing::{on_the_light_path, proposed, standing};
use super::story::Story;
use crate::domain::limits::AUDITS_WAITING_MAX;
use crate::domain::*;

/// A story of one that was drawn, and how the standing approval's count of owed looks stands after each of its revisions.
fn counted(draw: Draw, begin: &StandingApproval, tell: &[&dyn Fn(&mut Story)]) -> Vec<(u32, u32)> {
    let mut story = proposed(|_, proposal| proposal.standing[0].drawn = Some(draw));
    let mut standing = begin.clone();
    standing = standing.looked(None, story.it(), &principal(RULES)).expect("it waits");
    let mut counts = vec![(standing.audits_waiting, standing.audits_owed)];
    for step in tell {
        let before = story.it().clone();
        step(&mut story);
        let by = story.events.last().expect("an event").actor.clone();
        standing = standing.looked(Some(&before), story.it(), &by).unwrap_or(standing);
        counts.push((standing.audits_waiting, standing.audits_owed));
    }
    counts
}

/// However one that was drawn ends before a person decided, the look is owed; what a person does short of deciding changes nothing.
#[test]
fn a_drawn_proposal_that_ends_unseen_leaves_its_look_owed() {
    type Step = fn(&mut Story);
    let none = standing(&on_the_light_path(), RULES);
    let take_back: Step = |story| {
        story.tell(RULES, story.withdraw());
    };
    let expire: Step = |story| {
        story.pass_unheeded();
        story.tell_clock(Command::Expire);
    };
    let add_evidence: Step = |story| {
        story.tell(RULES, story.add_evidence("note"));
    };
    let hold: Step = |story| {
        story.tell(BEN, story.hold(None, true));
    };
    let ask: Step = |story| {
        story.tell(BEN, story.request_evidence(&[]));
    };
    assert_eq!(counted(Draw::Sample, &none, &[&take_back]), [(1, 0), (0, 1)]);
    assert_eq!(counted(Draw::Sample, &none, &[&expire]), [(1, 0), (0, 1)]);
    for touch in [add_evidence, hold, ask] {
        assert_eq!(counted(Draw::Sample, &none, &[&touch, &take_back]), [(1, 0), (1, 0), (0, 1)]);
    }

    let owing = StandingApproval { audits_owed: 1, ..none };
    for draw in [Draw::Owed, Draw::Waiting] {
        assert_eq!(counted(draw, &owing, &[&take_back]), [(1, 1), (0, 1)], "still owed, and no more");
    }
}

#[test]
fn a_person_who_decides_one_in_its_place_takes_the_look_that_was_owed() {
    type Step = fn(&mut Story);
    let none = standing(&on_the_light_path(), RULES);
    let owing = StandingApproval { audits_owed: 2, ..none.clone() };
    let approve: Step = |story| {
        story.tell(BEN, story.approve());
    };
    let reject: Step = |story| {
        story.tell(BEN, story.reject());
    };
    let edit: Step = |story| {
        let edit = story.edit_due("2026-12-01");
        story.tell(BEN, edit);
    };
    for decide in [approve, reject, edit] {
        assert_eq!(counted(Draw::Sample, &none, &[&decide]), [(1, 0), (0, 0)]);
        assert_eq!(counted(Draw::Owed, &owing, &[&decide]), [(1, 2), (0, 1)]);
        assert_eq!(counted(Draw::Sample, &owing, &[&decide]), [(1, 2), (0, 2)], "its own look pays for no other");
    }
    let take_back: Step = |story| {
        story.tell(BEN, story.withdraw_approval());
    };
    let counts = counted(Draw::Owed, &owing, &[&approve, &take_back, &approve]);
    assert_eq!(counts, [(1, 2), (0, 1), (1, 1), (0, 1)], "one person who looks twice pays once");
}

#[test]
fn who_owes_a_look_or_has_too_many_waiting_sends_everything_to_a_person() {
    let none = standing(&on_the_light_path(), RULES);
    let owing = StandingApproval { audits_owed: 1, ..none.clone() };
    let most = StandingApproval { audits_waiting: AUDITS_WAITING_MAX, ..none.clone() };
    let fewer = StandingApproval { audits_waiting: AUDITS_WAITING_MAX - 1, ..none.clone() };
    assert_eq!([none.draw(false), none.draw(true)], [None, Some(Draw::Sample)]);
    assert_eq!([owing.draw(false), owing.draw(true)], [Some(Draw::Owed), Some(Draw::Sample)]);
    assert_eq!([most.draw(false), fewer.draw(false)], [Some(Draw::Waiting), None]);
}
