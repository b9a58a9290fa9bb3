//! C-8 and C-6 over random histories: the row equals what the stored events make, and every request keeps its answer.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use countersign_api::name::CandidateName;
use ledger_format::Hash;
use service_kit::{
    clock::Clock,
    ids::{Ids, SeededIds},
};
use uuid::Uuid;

use super::shelf::{Shelf, ask, job};
use crate::{
    catalogue::Catalogue,
    domain::{
        Actor, Candidate, Category, ClaimCommand, Command, ConfidenceLevel, GrantStandingApproval, LoseTrack, Moment,
        PayloadDraft, Propose, RecordPrefix, RecordedAt, Release, Settlement, State, StateName, Verb,
        allowed_transitions, evolve,
        tests::{
            cast::{ANNA, BEN, CARA, EXECUTOR, RULES, actor, principal},
            histories::way_on,
            story::{DAY_SECS, PAYLOAD, Story, failure, result},
        },
    },
    policy::{Policy, PolicySource},
    store::{EventReceipt, StandingJob, StandingOrder, WriteError},
    tests::support::Place,
    wire,
};

/// Four tests of so many histories of so many steps each: more than 5,000 steps that are asked for. What is judged is tried far more often
/// without a database, in `judged.rs`; here it is about what the database makes of it.
const HISTORIES: u64 = 18;
const STEPS: usize = 100;
const ASKED_MIN: usize = 1_250;

/// On a server each step takes several ways to it and back: half of the histories is told there.
fn histories() -> (u64, usize) {
    match Place::current() {
        Place::Sqlite => (HISTORIES, ASKED_MIN),
        Place::Postgres => (HISTORIES / 2, ASKED_MIN / 2),
    }
}

/// What is the same in all histories of a test.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) first_seed: u64,
    pub(super) action_type: &'static str,
    pub(super) payload: &'static str,
    pub(super) quorum: u32,
    /// Whether such candidates are approved ahead.
    pub(super) ahead: bool,
}

pub(super) const TASKS: Setting =
    Setting { first_seed: 0, action_type: "create_task", payload: PAYLOAD, quorum: 1, ahead: false };

const QUESTIONS: Setting = Setting {
    first_seed: 1_000,
    action_type: "request_information",
    payload: r#"{"due":"2026-11-30","fields":["account"],"question":"Whose is it?","recipient":"Anna","subject":"The deal"}"#,
    ..TASKS
};

/// What became of the steps of some histories.
#[derive(Debug, Default)]
struct Tally {
    /// Steps that were asked for.
    asked: usize,
    /// Those that changed the candidate; the others were refused.
    taken: usize,
    states: BTreeSet<StateName>,
    highest_ordinal: u32,
    approved_ahead: usize,
}

/// Dice that fall the same way every time.
pub(super) struct Dice {
    ids: SeededIds,
    /// What was drawn and not yet thrown.
    drawn: RefCell<Vec<u8>>,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { ids: SeededIds::new(seed), drawn: RefCell::default() }
    }

    pub(super) fn below(&self, sides: usize) -> usize {
        let mut drawn = self.drawn.borrow_mut();
        if drawn.len() < 2 {
            drawn.extend(self.ids.random_32());
        }
        let thrown = [drawn.pop(), drawn.pop()].map(|byte| byte.expect("there were two"));
        usize::from(u16::from_be_bytes(thrown)) % sides
    }

    pub(super) fn of<T: Copy>(&self, faces: &[T]) -> T {
        faces[self.below(faces.len())]
    }
}

#[tokio::test]
async fn a_row_equals_what_its_events_make_and_every_request_keeps_its_answer() {
    let tally = all_happen(TASKS).await;
    assert!(tally.highest_ordinal > 0, "the dice never led to a decision of two events");
}

#[tokio::test]
async fn rows_and_answers_hold_where_two_approve() {
    all_happen(Setting { first_seed: 2_000, quorum: 2, ..TASKS }).await;
}

#[tokio::test]
async fn rows_and_answers_hold_for_another_action_type() {
    all_happen(QUESTIONS).await;
}

#[tokio::test]
async fn rows_and_answers_hold_where_it_is_approved_ahead() {
    let tally = all_happen(Setting { first_seed: 3_000, ahead: true, ..TASKS }).await;
    assert!(tally.approved_ahead > 0, "nothing was approved ahead");
}

/// Lets all histories of a setting happen. `COUNTERSIGN_SEED` begins with another seed.
async fn all_happen(setting: Setting) -> Tally {
    let first_seed = std::env::var("COUNTERSIGN_SEED").ok().and_then(|text| text.parse().ok());
    let first_seed = first_seed.unwrap_or(setting.first_seed);
    let (histories, asked_min) = histories();
    println!("seeds {first_seed} to {}, {setting:?}", first_seed + histories - 1);
    let mut tally = Tally::default();
    for seed in first_seed..first_seed + histories {
        happen(setting, seed, &mut tally).await;
    }
    println!("{tally:?}");
    assert!(tally.asked >= asked_min && tally.taken * 4 > tally.asked, "too little happened: {tally:?}");
    for state in
        [StateName::Approved, StateName::Executing, StateName::Executed, StateName::OutcomeUnknown, StateName::Rework]
    {
        assert!(tally.states.contains(&state), "the dice never led to {state}: {tally:?}");
    }
    tally
}

pub(super) fn policy(setting: Setting) -> Policy {
    let quorum = format!("quorum = {}\nfour", setting.quorum);
    let mut text = PolicySource::BuiltIn.text().replace("quorum = 1\nfour", &quorum);
    if setting.ahead {
        text.push_str("\n[[rules]]\nreason = \"all is light\"\npath = \"LIGHT\"\n");
    }
    Policy::read("policy.toml", &text).expect("a policy")
}

/// Has Anna approve ahead what the story proposes, and the ledger record that she did.
async fn approve_ahead(shelf: &Shelf, story: &Story) {
    let name = "workspaces/demo/standingApprovals/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
    let category = Category {
        action_type: story.action_type.name.clone(),
        proposer: principal(RULES),
        records: RecordPrefix::default(),
    };
    let grant = GrantStandingApproval {
        name: name.parse().expect("a name"),
        category,
        use_limit: 10,
        audit_per_mille: 100,
        valid_until: story.now.plus_secs(3 * DAY_SECS),
        reason: "These were always right.".into(),
    };
    let job = StandingJob { ask: ask(&actor(ANNA), "grant"), order: StandingOrder::Grant(grant) };
    shelf.store.stand(job).await.expect("granted");
    let receipt = EventReceipt { position: 1, entry_index: 0, leaf_hash: Hash::new([1; 32]) };
    shelf.store.record_receipts(&story.proposal().name.workspace, vec![receipt]).await.expect("recorded");
}

/// Returns what the story proposes in this setting.
fn proposal(story: &Story, setting: Setting, name: &CandidateName) -> Propose {
    let mut propose = Propose { name: name.clone(), payload: PayloadDraft::read(setting.payload), ..story.proposal() };
    if setting.ahead {
        propose.proposal.confidence.level = ConfidenceLevel::High;
    }
    propose
}

/// Lets one history happen.
async fn happen(setting: Setting, seed: u64, tally: &mut Tally) {
    let shelf = Shelf::open_under(policy(setting)).await;
    let dice = Dice::new(seed);
    let mut story = Story::new();
    let action_type = setting.action_type.parse().expect("a name");
    story.action_type = Catalogue::built_in().get(&action_type).expect("built in").clone();
    story.now = Moment::from(shelf.clock.now());
    if setting.ahead {
        approve_ahead(&shelf, &story).await;
    }
    let names: Vec<CandidateName> = (0..3).map(|n| name(&story, seed, n)).collect();
    let mut answered: Vec<(Actor, String, CandidateName, Command, Arc<Candidate>)> = Vec::new();
    let mut retold: HashMap<CandidateName, Retold> = HashMap::new();
    for name in &names {
        let propose = proposal(&story, setting, name);
        let changed = shelf.propose(&actor(RULES), &format!("propose-{name}"), propose).await.expect("a candidate");
        tally.approved_ahead += usize::from(matches!(changed.candidate.state, State::Approved(_)));
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
        tally.asked += 1;

        // Two jobs of one commit: the second, on the same revision, sees what the first left.
        let first = shelf.store.enter_command(job(&who, &id, name, command.clone())).await.expect("room");
        let second =
            shelf.store.enter_command(job(&who, &format!("{id}-again"), name, command.clone())).await.expect("room");
        let (first, second) = (first.answer().await, second.answer().await);
        match first {
            Ok(changed) => {
                assert!(!changed.replayed);
                tally.taken += 1;
                tally.states.insert(changed.candidate.state.name());
                answered.push((who, id, name.clone(), command, changed.candidate));
            }
            Err(WriteError::Denied(_)) if second.is_err() => {
                assert_eq!(shelf.candidate(name).await, before, "a refusal changes nothing (seed {seed})");
            }
            Err(error) => panic!("{error} (seed {seed})"),
        }
        let retold = retold.entry(name.clone()).or_default();
        retold.read_on(&shelf, name).await;
        assert_eq!(Some(&shelf.candidate(name).await), retold.candidate.as_ref(), "C-8 after `{verb}` (seed {seed})");
    }
    tally.highest_ordinal = tally.highest_ordinal.max(every_event_waits_for_the_ledger_once(&shelf, &names).await);
    for (who, id, name, command, expected) in answered {
        let again = shelf.command(&who, &id, &name, command).await.expect("answered again");
        assert!(again.replayed, "C-6");
        assert_eq!(again.candidate, expected, "C-6 (seed {seed})");
    }
}

pub(super) fn name(story: &Story, seed: u64, number: u64) -> CandidateName {
    CandidateName { id: Uuid::from_u64_pair(seed.wrapping_add(1), number), ..story.proposal().name }
}

/// A candidate as its stored events make it.
#[derive(Debug, Default)]
struct Retold {
    candidate: Option<Candidate>,
    /// Contents of the events that were told.
    contents: Vec<Vec<u8>>,
}

impl Retold {
    /// Tells the events that came since; those before stand as they stood.
    async fn read_on(&mut self, from: &Shelf, name: &CandidateName) {
        let history = from.store.read().candidate_with_history(name).await.expect("readable").expect("it is there").1;
        for (told, stored) in self.contents.iter().zip(&history) {
            assert_eq!(*told, stored.content, "an event is kept as it was");
        }
        for stored in &history[self.contents.len()..] {
            let event = wire::event::decode(&stored.content).expect("an event");
            self.candidate = Some(evolve(self.candidate.take(), &event));
            self.contents.push(stored.content.clone());
        }
    }
}

/// The candidate that the stored events make.
pub(super) async fn rebuilt(shelf: &Shelf, name: &CandidateName) -> Candidate {
    let mut retold = Retold::default();
    retold.read_on(shelf, name).await;
    retold.candidate.expect("at least one event")
}

/// C-5: each revision has its events, numbered without gaps, and every one of them is handed to the ledger once.
pub(super) async fn every_event_waits_for_the_ledger_once(shelf: &Shelf, names: &[CandidateName]) -> u32 {
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

pub(super) fn who(dice: &Dice, verb: Verb) -> Actor {
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
pub(super) fn command(dice: &Dice, story: &mut Story, verb: Verb) -> Option<Command> {
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
        let dice = Dice::new(seed);
        (0..8).map(|_| dice.below(6)).collect::<Vec<_>>()
    };
    assert_eq!(rolls(1), rolls(1));
    assert_ne!(rolls(1), rolls(2));
}

crate::tests::support::on_postgres!(
    a_row_equals_what_its_events_make_and_every_request_keeps_its_answer,
    rows_and_answers_hold_where_two_approve,
    rows_and_answers_hold_for_another_action_type,
    rows_and_answers_hold_where_it_is_approved_ahead,
);
