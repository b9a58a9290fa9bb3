//! C-8 and C-6 over random histories: the row equals what the stored events make, and every request keeps its answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use countersign_api::name::CandidateName;
use service_kit::{
    clock::Clock,
    ids::{Ids, SeededIds},
};
use uuid::Uuid;

use super::shelf::{Shelf, job};
use crate::{
    domain::{
        Actor, Candidate, ClaimCommand, Command, LoseTrack, Moment, Propose, RecordedAt, Release, Settlement, State,
        StateName, Verb, allowed_transitions, evolve,
        tests::{
            cast::{ANNA, BEN, CARA, EXECUTOR, RULES, actor},
            histories::way_on,
            story::{Story, failure, result},
        },
    },
    store::WriteError,
    wire,
};

const HISTORIES: u8 = 24;
const STEPS: usize = 60;

/// Dice that fall the same way every time.
struct Dice(SeededIds);

impl Dice {
    fn below(&self, sides: usize) -> usize {
        let [first, second, ..] = self.0.random_32();
        usize::from(u16::from_be_bytes([first, second])) % sides
    }

    fn of<T: Copy>(&self, faces: &[T]) -> T {
        faces[self.below(faces.len())]
    }
}

#[tokio::test]
async fn a_row_equals_what_its_events_make_and_every_request_keeps_its_answer() {
    let mut states = BTreeSet::new();
    let mut longest = 0;
    for seed in 0..HISTORIES {
        longest = longest.max(happen(u64::from(seed), &mut states).await);
    }
    assert!(longest > 0, "the dice never led to a decision of two events");
    for state in
        [StateName::Approved, StateName::Executing, StateName::Executed, StateName::OutcomeUnknown, StateName::Rework]
    {
        assert!(states.contains(&state), "the dice never led to {state}: {states:?}");
    }
}

/// Lets one history happen; returns the highest ordinal that an event had.
async fn happen(seed: u64, states: &mut BTreeSet<StateName>) -> u32 {
    let shelf = Shelf::open().await;
    let dice = Dice(SeededIds::new(seed));
    let mut story = Story::new();
    story.action_type.retry_safe = true;
    let names: Vec<CandidateName> = (0..3).map(|n| name(&story, seed, n)).collect();
    let mut answered: Vec<(Actor, String, CandidateName, Command, Arc<Candidate>)> = Vec::new();
    for name in &names {
        let propose = Propose { name: name.clone(), ..story.proposal() };
        shelf.propose(&actor(RULES), &format!("propose-{name}"), propose).await.expect("a candidate");
    }
    for step in 0..STEPS {
        shelf.clock.advance(Duration::from_millis(dice.of(&[1, 1, 200, 30_000, 3_600_000])));
        story.now = Moment::from(shelf.clock.now());
        let name = &names[dice.below(names.len())];
        let before = shelf.candidate(name).await;
        story.candidate = Some(before.clone());
        let verb = match allowed_transitions(&before) {
            legal if !legal.is_empty() && dice.below(3) > 0 => legal[dice.below(legal.len())],
            _ if dice.below(2) == 0 => way_on(before.state.name()),
            _ => dice.of(&Verb::ALL),
        };
        let (who, Some(command)) = (who(&dice, verb), command(&dice, &mut story, verb)) else { continue };
        let id = format!("step-{step}");

        // Two jobs of one commit: the second, on the same revision, sees what the first left.
        let first = shelf.store.enter_command(job(&who, &id, name, command.clone())).await.expect("room");
        let second =
            shelf.store.enter_command(job(&who, &format!("{id}-again"), name, command.clone())).await.expect("room");
        let (first, second) = (first.answer().await, second.answer().await);
        match first {
            Ok(changed) => {
                assert!(!changed.replayed);
                states.insert(changed.candidate.state.name());
                answered.push((who, id, name.clone(), command, changed.candidate));
            }
            Err(WriteError::Denied(_)) if second.is_err() => assert_eq!(shelf.candidate(name).await, before),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(shelf.candidate(name).await, rebuilt(&shelf, name).await, "C-8 after `{verb}` (seed {seed})");
    }
    let highest_ordinal = every_event_waits_for_the_ledger_once(&shelf, &names).await;
    for (who, id, name, command, expected) in answered {
        let again = shelf.command(&who, &id, &name, command).await.expect("answered again");
        assert!(again.replayed, "C-6");
        assert_eq!(again.candidate, expected, "C-6 (seed {seed})");
    }
    highest_ordinal
}

fn name(story: &Story, seed: u64, number: u64) -> CandidateName {
    CandidateName { id: Uuid::from_u64_pair(seed + 1, number), ..story.proposal().name }
}

/// The candidate that the stored events make.
async fn rebuilt(shelf: &Shelf, name: &CandidateName) -> Candidate {
    let history = shelf.store.read().candidate_with_history(name).await.expect("readable").expect("it is there").1;
    let events = history.iter().map(|stored| wire::event::decode(&stored.content).expect("an event"));
    events.fold(None, |candidate, event| Some(evolve(candidate, &event))).expect("at least one event")
}

/// C-5: each revision has its events, numbered without gaps, and every one of them is handed to the ledger once.
async fn every_event_waits_for_the_ledger_once(shelf: &Shelf, names: &[CandidateName]) -> u32 {
    let (mut events, mut highest_ordinal) = (0, 0);
    for name in names {
        let (candidate, history) =
            shelf.store.read().candidate_with_history(name).await.expect("readable").expect("it is there");
        let mut last = (0, 0);
        for stored in &history {
            let event = wire::event::decode(&stored.content).expect("an event");
            let place = (event.revision, event.ordinal);
            assert!(place == (last.0 + 1, 0) || place == (last.0, last.1 + 1), "C-5: {place:?} after {last:?}");
            last = place;
            highest_ordinal = highest_ordinal.max(event.ordinal);
        }
        assert_eq!(last.0, candidate.revision, "C-5: a revision without an event");
        events += history.len();
    }
    let waiting = shelf.store.read().outbox_events().await.expect("the outbox");
    assert_eq!(usize::try_from(waiting), Ok(events), "C-5: each event waits once");
    highest_ordinal
}

fn who(dice: &Dice, verb: Verb) -> Actor {
    match verb {
        Verb::Expire | Verb::Escalate => Actor::Clock,
        Verb::LoseTrack | Verb::Release if dice.below(2) == 0 => Actor::Clock,
        Verb::Claim | Verb::ExtendClaim | Verb::ReportSuccess | Verb::ReportFailure | Verb::LoseTrack => {
            actor(EXECUTOR)
        }
        Verb::Withdraw => actor(RULES),
        _ => actor(dice.of(&[ANNA, BEN, CARA])),
    }
}

/// What is asked; endings are rare, so that histories go on.
fn command(dice: &Dice, story: &mut Story, verb: Verb) -> Option<Command> {
    let rare = dice.below(12) == 0;
    Some(match verb {
        Verb::AddEvidence => story.add_evidence("note"),
        Verb::RequestEvidence if rare => story.request_evidence(&[]),
        Verb::AssignOwner => story.assign_owner(dice.of(&[ANNA, CARA])),
        Verb::Edit => story.edit_due(dice.of(&["2026-12-02", "2026-12-03"])),
        Verb::Approve => story.approve(),
        Verb::WithdrawApproval if rare => story.withdraw_approval(),
        Verb::Reject if rare => story.reject(),
        Verb::Hold if dice.below(4) == 0 => story.hold(Some(story.now.plus_secs(60)), true),
        Verb::Release if dice.below(2) == 0 => Command::Release(Release { etag: None }),
        Verb::Release => story.release(),
        Verb::Withdraw if rare => story.withdraw(),
        Verb::Expire => Command::Expire,
        Verb::Escalate => Command::Escalate,
        Verb::Claim => claim(story.it()),
        Verb::ExtendClaim => story.extend_claim(),
        Verb::ReportSuccess => story.report_success(),
        Verb::ReportFailure => story.report_failure(dice.below(2) == 0),
        Verb::LoseTrack if dice.below(2) == 0 => Command::LoseTrack(LoseTrack::LeaseLapsed),
        Verb::LoseTrack => story.lose_track(),
        Verb::Settle => {
            let settlement = match dice.below(3) {
                0 => Settlement::Executed(result()),
                1 => Settlement::Failed(failure(false)),
                _ => story.anew(),
            };
            story.settle(settlement)
        }
        Verb::Retry => story.retry(),
        Verb::SendBack => story.send_back(),
        Verb::Propose | Verb::RequestEvidence | Verb::WithdrawApproval | Verb::Reject | Verb::Hold | Verb::Withdraw => {
            return None;
        }
    })
}

/// A claim with the receipt of the approval that stands; of another, where none does.
fn claim(candidate: &Candidate) -> Command {
    let (revision, ordinal) = match &candidate.state {
        State::Approved(approved) => (approved.revision, approved.ordinal),
        _ => (1, 0),
    };
    let recorded_at = Some(RecordedAt { revision, ordinal, entry_index: 7, checkpoint_size: 8 });
    Command::Claim(ClaimCommand { lease_ms: 60_000, recorded_at })
}

#[test]
fn the_dice_fall_the_same_way_every_time() {
    let rolls = |seed| {
        let dice = Dice(SeededIds::new(seed));
        (0..8).map(|_| dice.below(6)).collect::<Vec<_>>()
    };
    assert_eq!(rolls(1), rolls(1));
    assert_ne!(rolls(1), rolls(2));
}
