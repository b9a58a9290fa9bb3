//! Random histories: whatever anybody tries in whatever order, every invariant holds after every event.
//!
//! `COUNTERSIGN_HISTORIES` raises the number of histories. Each run prints its seed; `COUNTERSIGN_SEED` makes the same run again.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use countersign_api::name::CandidateName;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use service_kit::access::Role;

use super::cast::{ANNA, BEN, CARA, EXECUTOR, RIVAL, RULES, actor, actor_as, person};
use super::doorkeeper::Doorkeeper;
use super::standing::{offer, standing};
use super::story::{Story, failure, result};
use super::witness::Witness;
use crate::domain::*;

const HISTORIES: u32 = 9_000;
const STEPS: usize = 60;
/// How many are looked at one by one.
const SHOWN: u32 = 1_000;

/// How a history begins.
#[derive(Debug, Clone)]
struct Scene {
    quorum: u32,
    four_eyes: bool,
    retry_safe: bool,
    evidence_required: bool,
    owned: bool,
    high_risk: bool,
    standing: bool,
    bulk_allowed: bool,
    managers_only: bool,
}

/// One thing that somebody tries.
#[derive(Debug, Clone)]
struct Step {
    verb: usize,
    who: usize,
    variant: u8,
    /// Milliseconds, seconds or days, as the variant has it.
    wait: u16,
    /// The caller has seen something older, or errs about digest or fence.
    errs: bool,
    /// It is sent together with others.
    in_batch: bool,
    /// Another change of the same field is approved, and whether the caller says that they saw it.
    rival: Option<bool>,
}

fn scenes() -> impl Strategy<Value = Scene> {
    (1u32..=3, any::<[bool; 8]>()).prop_map(
        |(quorum, [four_eyes, retry_safe, evidence_required, owned, high_risk, standing, bulk_allowed, managers])| {
            Scene {
                quorum,
                four_eyes,
                retry_safe,
                evidence_required,
                owned,
                high_risk,
                standing,
                bulk_allowed,
                managers_only: managers && quorum == 1,
            }
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let conditions =
        (prop::bool::weighted(0.05), prop::bool::weighted(0.2), prop::option::weighted(0.1, any::<bool>()));
    let step = (0..Verb::ALL.len(), 0usize..12, any::<u8>(), 0u16..300, conditions).prop_map(
        |(verb, who, variant, wait, (errs, in_batch, rival))| Step { verb, who, variant, wait, errs, in_batch, rival },
    );
    prop::collection::vec(step, STEPS)
}

fn open(scene: &Scene) -> Story {
    let mut story = Story::new();
    story.verdict.quorum = scene.quorum;
    story.verdict.four_eyes = scene.four_eyes;
    story.verdict.bulk_allowed = scene.bulk_allowed;
    if scene.managers_only {
        story.verdict.approver_roles = vec![Role::Manager];
    }
    story.action_type.retry_safe = scene.retry_safe;
    if scene.evidence_required {
        story.action_type.required_evidence_kinds = vec!["form_value".parse().expect("a kind")];
    }
    let mut proposal = Propose {
        owner: scene.owned.then(|| person(ANNA)),
        owner_team: story.proposal().owner_team.filter(|_| scene.owned),
        risk_tier: scene.high_risk.then_some(RiskTier::High),
        ..story.proposal()
    };
    if scene.standing {
        story.verdict.path = ReviewPath::Light;
        proposal.proposal.confidence.level = ConfidenceLevel::High;
        proposal.standing = offer(standing(&story, BEN));
    }
    story.propose_as(&actor_as(BEN, &[Role::Proposer]), proposal).expect("a proposal");
    story
}

fn who(step: &Step, verb: Verb) -> Actor {
    // Mostly somebody who could; now and then anybody.
    if step.who == 0 {
        let anybody = [RULES, ANNA, BEN, EXECUTOR, RIVAL];
        return match anybody.get(usize::from(step.variant) % (anybody.len() + 1)) {
            Some(id) => actor(id),
            None => Actor::Clock,
        };
    }
    match verb {
        Verb::Expire | Verb::Escalate => Actor::Clock,
        Verb::LoseTrack | Verb::Release if step.variant.is_multiple_of(2) => Actor::Clock,
        Verb::Claim | Verb::ExtendClaim | Verb::ReportSuccess | Verb::ReportFailure | Verb::LoseTrack => {
            actor(EXECUTOR)
        }
        Verb::Settle if step.variant.is_multiple_of(4) => actor(RIVAL),
        Verb::Withdraw => actor(BEN),
        Verb::Propose
        | Verb::AddEvidence
        | Verb::RequestEvidence
        | Verb::AssignOwner
        | Verb::Edit
        | Verb::Approve
        | Verb::WithdrawApproval
        | Verb::Reject
        | Verb::Hold
        | Verb::Release
        | Verb::Settle
        | Verb::Retry
        | Verb::SendBack => match step.who % 5 {
            0 => actor_as("humans/emil", &[Role::Manager]),
            number => actor([BEN, CARA, ANNA, "humans/simulated-ines"][number - 1]),
        },
    }
}

fn wait(story: &mut Story, step: &Step) {
    match step.variant % 32 {
        0 => story.pass_days(u64::from(step.wait % 8)),
        1..8 => story.pass_ms(u64::from(step.wait) * 1_000),
        _ => story.pass_ms(u64::from(step.wait)),
    }
}

/// Returns what is tried: mostly what is legal now, else what the dice say. Endings and detours are rare, so that histories go on.
fn verb(story: &Story, step: &Step) -> Verb {
    let legal = allowed_transitions(story.it());
    let verb = match legal.get(step.verb % legal.len().max(1)) {
        Some(verb) if !step.who.is_multiple_of(6) => *verb,
        Some(_) | None => Verb::ALL[step.verb],
    };
    let in_256 = match verb {
        Verb::Propose => 0,
        Verb::Reject | Verb::Withdraw => 4,
        Verb::RequestEvidence | Verb::WithdrawApproval | Verb::Hold | Verb::ReportSuccess => 40,
        Verb::Edit | Verb::AddEvidence => 80,
        _ => 256,
    };
    if u16::from(step.variant) < in_256 { verb } else { way_on(story.state()) }
}

/// Returns what leads on from a state, mostly towards execution.
pub fn way_on(state: StateName) -> Verb {
    match state {
        StateName::NeedsEvidence => Verb::AddEvidence,
        StateName::NeedsOwner => Verb::AssignOwner,
        StateName::Held => Verb::Release,
        StateName::Approved => Verb::Claim,
        StateName::Executing => Verb::ReportFailure,
        StateName::Executed => Verb::SendBack,
        StateName::Failed => Verb::Retry,
        StateName::OutcomeUnknown => Verb::Settle,
        StateName::Rework => Verb::Edit,
        _ => Verb::Approve,
    }
}

fn command(story: &mut Story, step: &Step, verb: Verb) -> Command {
    match verb {
        Verb::AddEvidence => story.add_evidence(["note", "form_value"][usize::from(step.variant % 2)]),
        Verb::RequestEvidence => story.request_evidence(&[]),
        Verb::AssignOwner => story.assign_owner([ANNA, CARA][usize::from(step.variant % 2)]),
        Verb::Edit => story.edit_due(["2026-12-02", "2026-12-03", "2026-12-04"][usize::from(step.variant % 3)]),
        Verb::Propose | Verb::Approve => story.approve(),
        Verb::WithdrawApproval => story.withdraw_approval(),
        Verb::Reject => story.reject(),
        Verb::Hold => {
            let until = step.variant.is_multiple_of(2).then(|| story.now.plus_secs(u64::from(step.wait) + 1));
            story.hold(until, step.variant.is_multiple_of(3))
        }
        Verb::Release => match who(step, verb) {
            Actor::Clock => Command::Release(Release { etag: None }),
            Actor::Caller { .. } => story.release(),
        },
        Verb::Withdraw => story.withdraw(),
        Verb::Expire => Command::Expire,
        Verb::Escalate => Command::Escalate,
        Verb::Claim => story.claim(),
        Verb::ExtendClaim => story.extend_claim(),
        Verb::ReportSuccess => story.report_success(),
        Verb::ReportFailure => story.report_failure(step.variant.is_multiple_of(2)),
        Verb::LoseTrack => match who(step, verb) {
            Actor::Clock => Command::LoseTrack(LoseTrack::LeaseLapsed),
            Actor::Caller { .. } => story.lose_track(),
        },
        Verb::Settle => settle(story, step),
        Verb::Retry => story.retry(),
        Verb::SendBack => story.send_back(),
    }
}

fn settle(story: &Story, step: &Step) -> Command {
    let settlement = match step.variant % 3 {
        0 => Settlement::Executed(result()),
        1 => Settlement::Failed(failure(false)),
        _ => story.anew(),
    };
    let fence = step.variant.is_multiple_of(4).then(|| story.fence());
    Command::Settle(Settle { etag: story.etag(), finding: "Looked.".into(), settlement, fence })
}

/// Makes the caller err: an older etag, another digest, an older fence, no receipt. None where there is nothing to err about.
fn err(command: &Command, story: &Story) -> Option<Command> {
    let older = countersign_api::etag::Etag::of_revision(story.it().revision - 1);
    Some(match command.clone() {
        Command::Approve(approve) if story.it().revision.is_multiple_of(2) => {
            Command::Approve(Approve { digest: ledger_format::PayloadDigest::new([9; 32]), ..approve })
        }
        Command::Approve(approve) => Command::Approve(Approve { etag: older, ..approve }),
        Command::Edit(edit) => Command::Edit(Edit { etag: older, ..edit }),
        Command::ReportSuccess(report) => {
            Command::ReportSuccess(ReportSuccess { fence: report.fence.wrapping_sub(1), ..report })
        }
        Command::ReportFailure(report) => Command::ReportFailure(ReportFailure { fence: report.fence + 1, ..report }),
        Command::Claim(claim) => Command::Claim(ClaimCommand { recorded_at: None, ..claim }),
        _ => return None,
    })
}

/// Puts the step's conditions on the scene.
fn set_conditions(story: &mut Story, step: &Step) {
    wait(story, step);
    story.in_batch = step.in_batch;
    let candidate = CandidateName { id: uuid::Uuid::from_u128(2), ..story.it().name.clone() };
    story.rivals = step.rival.map(|_| Rival { candidate, state: StateName::Approved }).into_iter().collect();
}

/// Says that the caller saw the rivals, when they did.
fn acknowledge(command: Command, story: &Story, step: &Step) -> Command {
    let seen = || story.rivals.iter().map(|rival| rival.candidate.clone()).collect();
    match (step.rival, command) {
        (Some(true), Command::Approve(approve)) => {
            Command::Approve(Approve { acknowledged_conflicts: seen(), ..approve })
        }
        (Some(true), Command::Retry(approve)) => Command::Retry(Approve { acknowledged_conflicts: seen(), ..approve }),
        (
            Some(true),
            Command::Settle(Settle { settlement: Settlement::Approve { digest, .. }, etag, finding, fence }),
        ) => {
            let settlement = Settlement::Approve { digest, acknowledged_conflicts: seen() };
            Command::Settle(Settle { etag, finding, settlement, fence })
        }
        (_, command) => command,
    }
}

fn seen_rivals(command: &Command) -> &[CandidateName] {
    match command {
        Command::Approve(approve) | Command::Retry(approve) => &approve.acknowledged_conflicts,
        Command::Settle(Settle { settlement: Settlement::Approve { acknowledged_conflicts, .. }, .. }) => {
            acknowledged_conflicts
        }
        _ => &[],
    }
}

/// Lets one history happen under the eyes of the witness and the doorkeeper.
fn happen(scene: &Scene, steps: &[Step]) -> Story {
    let mut story = open(scene);
    let mut witness = Witness::new(scene.retry_safe);
    let mut doorkeeper = Doorkeeper::default();
    for event in &story.events {
        witness.watch(event);
        doorkeeper.watch(event, &actor(BEN), &[], &story);
    }
    for step in steps {
        set_conditions(&mut story, step);
        let legal = allowed_transitions(story.it());
        let verb = verb(&story, step);
        let command = command(&mut story, step, verb);
        let command = acknowledge(command, &story, step);
        let mistaken = if step.errs { err(&command, &story) } else { None };
        let (before, seen, actor) = (story.it().clone(), story.events.len(), who(step, verb));
        match story.attempt(&actor, mistaken.as_ref().unwrap_or(&command)) {
            Ok(()) => {
                assert!(mistaken.is_none(), "C-1, C-2, C-3: `{verb}` went through on something else than what stands");
                assert!(legal.contains(&verb), "`{verb}` went through without being legal");
                assert_eq!(story.it().revision, before.revision + 1, "one command, one revision");
                let heard = before.escalation.as_ref().map_or(0, |escalation| escalation.step);
                let waited = !matches!(before.state, State::Approved(_));
                if waited && story.state() == StateName::Expired {
                    let steps = before.policy.escalations.len();
                    assert_eq!(usize::try_from(heard), Ok(steps), "somebody should have heard of it before it expired");
                }
            }
            Err(_) => assert_eq!(story.it(), &before, "a refusal changes nothing"),
        }
        for event in &story.events[seen..] {
            witness.watch(event);
            doorkeeper.watch(event, &actor, seen_rivals(&command), &story);
        }
    }
    rebuilt_equals_kept(&story);
    story
}

/// Lets so many histories happen, the same ones every time, and shows each.
pub fn tell(histories: u32, mut show: impl FnMut(&Story)) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..histories {
        let (scene, steps) = (scenes(), steps()).new_tree(&mut runner).expect("a history").current();
        show(&happen(&scene, &steps));
    }
}

/// C-8, through the form in which rows and events are kept.
fn rebuilt_equals_kept(story: &Story) {
    let events = serde_json::to_string(&story.events).expect("events");
    let events: Vec<Event> = serde_json::from_str(&events).expect("the events");
    assert_eq!(events, story.events);
    let rebuilt = events.iter().fold(None, |candidate, event| Some(evolve(candidate, event)));
    assert_eq!(rebuilt.as_ref(), Some(story.it()), "C-8");
    // With nothing left of what was said: what the erased events make is the erased candidate.
    let erasure = Erasure { erased_at: story.now, entry_index: 7 };
    let erased = events.iter().fold(None, |candidate, event| Some(evolve(candidate, &event.erased())));
    let erased = erased.map(|candidate| Candidate { erased: Some(erasure), ..candidate });
    assert_eq!(erased, Some(story.it().erased_by(erasure)), "C-8, erased");
    assert_eq!(erased, Some(story.it().erased_by(erasure).erased_by(erasure)), "erasing again changes nothing");
    let row = serde_json::to_string(story.it()).expect("a row");
    assert_eq!(&serde_json::from_str::<Candidate>(&row).expect("the row"), story.it());
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("the variable holds a whole number"))
}

#[test]
fn every_history_keeps_every_invariant() {
    let histories =
        number_from("COUNTERSIGN_HISTORIES").map_or(HISTORIES, |number| number.try_into().expect("32 bits"));
    let seed = number_from("COUNTERSIGN_SEED").unwrap_or_else(|| RandomState::new().hash_one(HISTORIES));
    println!("COUNTERSIGN_SEED={seed} for {histories} histories");
    let dice = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed.to_le_bytes(); 4].concat());
    let config = ProptestConfig { cases: histories, failure_persistence: None, ..ProptestConfig::default() };
    let taken = Cell::new(0);
    let outcome = TestRunner::new_with_rng(config, dice).run(&(scenes(), steps()), |(scene, steps)| {
        // Each command that went through made one revision, the proposal the first; a refused one made none.
        taken.set(taken.get() + happen(&scene, &steps).it().revision - 1);
        Ok(())
    });
    if let Err(broken) = outcome {
        panic!("COUNTERSIGN_SEED={seed}: {broken}");
    }
    println!("{} steps went through, every invariant held after each", taken.get());
    assert!(histories < HISTORIES || taken.get() >= 200_000, "only `{}` steps went through", taken.get());
}

/// The dice must reach what matters, or the property above says little.
#[test]
fn histories_go_everywhere() {
    let mut states = BTreeMap::<StateName, u32>::new();
    let mut kinds = BTreeMap::<&str, u32>::new();
    tell(SHOWN, |story| {
        for event in &story.events {
            *states.entry(event.state).or_default() += 1;
            *kinds.entry(event.body.kind()).or_default() += 1;
        }
    });
    println!("in {SHOWN} histories of {STEPS} steps each\n{states:?}\n{kinds:?}");
    assert_eq!(states.len(), StateName::ALL.len(), "{states:?}");
    assert_eq!(kinds.len(), 21, "{kinds:?}");
}
