//! Every command in every state: the whole table at a glance, reviewed as a snapshot.

use std::fmt::Write as _;

use super::cast::{ANNA, BEN, EXECUTOR, RULES, actor};
use super::story::{LEASE_MS, Story, failure, result};
use crate::domain::*;

/// A candidate in every state, and in the variants of a state that differ in what is legal.
fn columns() -> Vec<(&'static str, Story)> {
    vec![
        ("PROPOSED", Story::proposed()),
        ("PROPOSED, one of two approved", one_of_two(Story::proposed())),
        ("NEEDS_EVIDENCE", asked(Story::proposed())),
        ("NEEDS_EVIDENCE after an edit", asked(edited())),
        ("NEEDS_OWNER", ownerless()),
        ("NEEDS_OWNER after an edit", after(held(ownerless()), ANNA, |story| story.edit_due("2026-12-02"))),
        ("EDITED", edited()),
        ("EDITED, one of two approved", one_of_two(edited())),
        ("HELD", after(Story::proposed(), ANNA, |story| story.hold(None, false))),
        ("HELD after an edit", held(edited())),
        ("HELD over NEEDS_EVIDENCE", held(asked(Story::proposed()))),
        ("HELD over NEEDS_EVIDENCE after an edit", held(asked(edited()))),
        ("HELD over NEEDS_OWNER", held(ownerless())),
        ("APPROVED", Story::approved()),
        ("APPROVED after an edit", after(edited(), BEN, |story| story.approve())),
        ("APPROVED in doubt", in_doubt()),
        ("EXECUTING", Story::executing()),
        ("EXECUTED", Story::executed()),
        ("FAILED", Story::failed()),
        ("OUTCOME_UNKNOWN", Story::outcome_unknown()),
        ("REWORK", after(Story::executed(), ANNA, |story| story.send_back())),
        ("REJECTED", after(Story::proposed(), ANNA, |story| story.reject())),
        ("WITHDRAWN", after(Story::proposed(), RULES, |story| story.withdraw())),
        ("EXPIRED", expired()),
    ]
}

fn after(mut story: Story, who: &str, command: impl Fn(&mut Story) -> Command) -> Story {
    let command = command(&mut story);
    story.tell(who, command);
    story
}

fn edited() -> Story {
    after(Story::proposed(), ANNA, |story| story.edit_due("2026-12-02"))
}

fn asked(story: Story) -> Story {
    after(story, BEN, |story| story.request_evidence(&["form_value"]))
}

fn one_of_two(mut story: Story) -> Story {
    story.candidate.as_mut().expect("it was proposed").policy.quorum = 2;
    after(story, BEN, |story| story.approve())
}

fn held(story: Story) -> Story {
    after(story, BEN, |story| story.hold(None, false))
}

fn ownerless() -> Story {
    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    story
}

fn in_doubt() -> Story {
    let mut story = after(Story::executing(), EXECUTOR, |story| story.lose_track());
    story.pass_ms(LEASE_MS);
    story
}

fn expired() -> Story {
    let mut story = Story::proposed();
    story.pass_unheeded();
    story.tell_clock(Command::Expire);
    story
}

type Row = (&'static str, &'static str, fn(&mut Story) -> Command);

/// Every command with somebody who may give it, at a moment when it may be given.
fn rows() -> Vec<Row> {
    vec![
        ("add_evidence (asked for)", BEN, |story| story.add_evidence("form_value")),
        ("add_evidence (other)", BEN, |story| story.add_evidence("note")),
        ("request_evidence", BEN, |story| story.request_evidence(&[])),
        ("assign_owner", BEN, |story| story.assign_owner("humans/dora")),
        ("edit", BEN, |story| story.edit_due("2026-12-09")),
        ("approve", BEN, |story| story.approve()),
        ("withdraw_approval", BEN, |story| story.withdraw_approval()),
        ("reject", BEN, |story| story.reject()),
        ("hold", BEN, |story| story.hold(None, true)),
        ("release", BEN, |story| story.release()),
        ("withdraw", RULES, |story| story.withdraw()),
        ("expire", "the clock", |story| {
            story.pass_unheeded();
            Command::Expire
        }),
        ("escalate", "the clock", |story| {
            story.pass_days(7);
            Command::Escalate
        }),
        ("claim", EXECUTOR, |story| story.claim()),
        ("extend_claim", EXECUTOR, |story| story.extend_claim()),
        ("report_success", EXECUTOR, |story| story.report_success()),
        ("report_failure (retry safe)", EXECUTOR, |story| story.report_failure(true)),
        ("report_failure (for good)", EXECUTOR, |story| story.report_failure(false)),
        ("lose_track (executor)", EXECUTOR, |story| story.lose_track()),
        ("lose_track (lease, not repeatable)", "the clock", |story| {
            story.action_type.retry_safe = false;
            story.pass_ms(LEASE_MS);
            Command::LoseTrack(LoseTrack::LeaseLapsed)
        }),
        ("settle (executed)", BEN, |story| story.settle(Settlement::Executed(result()))),
        ("settle (failed)", BEN, |story| story.settle(Settlement::Failed(failure(false)))),
        ("settle (approve)", BEN, |story| story.settle(story.anew())),
        ("retry", BEN, |story| story.retry()),
        ("send_back", BEN, |story| story.send_back()),
    ]
}

fn cell(story: &Story, who: &str, command: fn(&mut Story) -> Command) -> String {
    let mut story = story.clone();
    let legal_before = allowed_transitions(story.it());
    let command = command(&mut story);
    let actor = if who == "the clock" { Actor::Clock } else { actor(who) };
    let verb = command.verb();
    match story.attempt(&actor, &command) {
        Ok(()) => {
            assert!(legal_before.contains(&verb), "`{verb}` went through without being legal");
            story.state().to_string()
        }
        Err(Refusal::IllegalTransition { allowed, reason, .. }) if !legal_before.contains(&verb) => {
            assert_eq!((allowed.as_slice(), reason.as_str()), (legal_before, ""), "`{verb}`");
            "·".into()
        }
        Err(Refusal::NotEntitled { reason, .. }) => format!("not entitled: {}", short(&reason)),
        Err(other) => panic!("`{verb}` by {who} in `{}`: {other}", story.state()),
    }
}

fn short(reason: &NotEntitled) -> &'static str {
    match reason {
        NotEntitled::NoApproval(_) => "no approval",
        NotEntitled::ApprovedAlready(_) => "approved already",
        NotEntitled::NotAPerson(_)
        | NotEntitled::RoleMissing { .. }
        | NotEntitled::NotTheClock
        | NotEntitled::NotTheProposer(_)
        | NotEntitled::NotTheirEvidence(_)
        | NotEntitled::NotTheClaimHolder(_)
        | NotEntitled::NotTheirTurn(_)
        | NotEntitled::OwnProposal(_)
        | NotEntitled::OwnEdit(_)
        | NotEntitled::SinglyOnly
        | NotEntitled::ApproverRoleMissing { .. } => panic!("the row's actor may do it: {reason}"),
    }
}

#[test]
fn every_command_in_every_state() {
    let columns = columns();
    let mut table = vec![format!("{:<36}", "")];
    for (row, _, _) in rows() {
        table.push(format!("{row:<36}"));
    }
    for (name, story) in &columns {
        assert_eq!(Some(story.state().as_str()), name.split([' ', ',']).next());
        let cells: Vec<String> = rows().iter().map(|(_, who, command)| cell(story, who, *command)).collect();
        let width = cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0).max(name.len());
        write!(table[0], "| {name:<width$} ").expect("a string takes everything");
        for (line, cell) in table[1..].iter_mut().zip(cells) {
            write!(line, "| {cell:<width$} ").expect("a string takes everything");
        }
    }
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn the_matrix_asks_for_every_transition_there_is() {
    let mut story = Story::executing();
    let mut asked: Vec<Verb> = rows().into_iter().map(|(_, _, command)| command(&mut story).verb()).collect();
    asked.push(Verb::Propose);
    for verb in Verb::ALL {
        assert!(asked.contains(&verb), "`{verb}` has no row");
    }
    let shown: Vec<StateName> = columns().iter().map(|(_, story)| story.state()).collect();
    for state in StateName::ALL {
        assert!(shown.contains(&state), "`{state}` has no column");
    }
}
