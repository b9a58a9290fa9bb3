//! Who may give which command: the whole table at a glance, reviewed as a snapshot.

use std::fmt::Write as _;

use service_kit::access::Role;

use super::cast::{ANNA, BEN, EXECUTOR, RIVAL, RULES, actor_as};
use super::story::{LEASE_MS, Story, failure, result};
use crate::domain::*;

fn actors() -> Vec<(&'static str, Actor)> {
    vec![
        ("clock", Actor::Clock),
        ("its proposer", actor_as(RULES, &[Role::Proposer])),
        ("generator", actor_as("generators/other", &[Role::Proposer])),
        ("proposing service", actor_as("services/enricher", &[Role::Proposer])),
        ("claim holder", actor_as(EXECUTOR, &[Role::Executor])),
        ("other executor", actor_as(RIVAL, &[Role::Executor])),
        ("relay", actor_as("services/relay", &[Role::Relay])),
        ("reviewer", actor_as("humans/dora", &[Role::Reviewer])),
        ("manager", actor_as("humans/dora", &[Role::Manager])),
        ("admin", actor_as("humans/dora", &[Role::Admin])),
        ("owner", actor_as(ANNA, &[Role::ProcessOwner])),
        ("approver", actor_as(BEN, &[Role::Reviewer])),
        ("auditor", actor_as("humans/dora", &[Role::Auditor])),
    ]
}

/// A command, the story in which it can be given, and the command itself.
type Row = (&'static str, fn() -> Story, fn(&mut Story) -> Command);

fn commands() -> Vec<Row> {
    vec![
        ("add_evidence", Story::proposed, |story| story.add_evidence("note")),
        ("request_evidence", Story::proposed, |story| story.request_evidence(&[])),
        ("assign_owner", Story::proposed, |story| story.assign_owner("humans/emil")),
        ("edit", Story::proposed, |story| story.edit_due("2026-12-02")),
        ("approve", Story::proposed, |story| story.approve()),
        ("withdraw_approval", Story::approved, |story| story.withdraw_approval()),
        ("reject", Story::proposed, |story| story.reject()),
        ("hold", Story::proposed, |story| story.hold(None, false)),
        ("release", held, |story| story.release()),
        ("withdraw", Story::proposed, |story| story.withdraw()),
        ("expire", Story::proposed, |story| {
            story.pass_unheeded();
            Command::Expire
        }),
        ("claim", Story::approved, |story| story.claim()),
        ("extend_claim", Story::executing, |story| story.extend_claim()),
        ("report_success", Story::executing, |story| story.report_success()),
        ("report_failure", Story::executing, |story| story.report_failure(true)),
        ("lose_track (said)", Story::executing, |story| story.lose_track()),
        ("lose_track (lapsed)", Story::executing, |story| {
            story.pass_ms(LEASE_MS);
            Command::LoseTrack(LoseTrack::LeaseLapsed)
        }),
        ("settle (executed)", Story::outcome_unknown, |story| fenced(story, Settlement::Executed(result()))),
        ("settle (failed)", Story::outcome_unknown, |story| fenced(story, Settlement::Failed(failure(false)))),
        ("settle (approve)", Story::outcome_unknown, |story| {
            let anew = story.anew();
            fenced(story, anew)
        }),
        ("retry", Story::failed, |story| story.retry()),
        ("send_back", Story::executed, |story| story.send_back()),
    ]
}

fn held() -> Story {
    let mut story = Story::proposed();
    let until = story.now.plus_secs(60);
    story.tell(BEN, story.hold(Some(until), false));
    story.pass_ms(60_000);
    story
}

fn fenced(story: &Story, settlement: Settlement) -> Command {
    let finding = "Looked.".into();
    Command::Settle(Settle { etag: story.etag(), finding, settlement, fence: Some(story.fence()) })
}

#[test]
fn who_may_do_what() {
    let mut table = format!("{:<20}", "");
    for (who, _) in actors() {
        write!(table, "| {who:<17} ").expect("a string takes everything");
    }
    for (name, begin, command) in commands() {
        write!(table, "\n{name:<20}").expect("a string takes everything");
        for (_, actor) in actors() {
            let mut story = begin();
            let command = command(&mut story);
            let cell = match story.attempt(&actor, &command) {
                Ok(()) => "may",
                Err(Refusal::NotEntitled { .. }) => "·",
                Err(other) => panic!("{name}: {other}"),
            };
            write!(table, "| {cell:<17} ").expect("a string takes everything");
        }
    }
    insta::assert_snapshot!(table);
}
