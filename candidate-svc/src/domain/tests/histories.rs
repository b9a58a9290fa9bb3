//! Random histories: whatever anybody tries in whatever order, every invariant holds after every event.
//!
//! `COUNTERSIGN_HISTORIES` raises the number of histories. A failing one is printed with the seed that makes it again.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use service_kit::access::Role;

use super::cast::{ANNA, BEN, CARA, EXECUTOR, RIVAL, RULES, actor, actor_as, person};
use super::story::{DAY_SECS, Story, failure, result};
use super::witness::Witness;
use crate::domain::*;

const HISTORIES: u32 = 1_000;
const STEPS: usize = 60;

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
}

fn scenes() -> impl Strategy<Value = Scene> {
    (1u32..=3, any::<[bool; 6]>()).prop_map(
        |(quorum, [four_eyes, retry_safe, evidence_required, owned, high_risk, standing])| Scene {
            quorum,
            four_eyes,
            retry_safe,
            evidence_required,
            owned,
            high_risk,
            standing,
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..Verb::ALL.len(), 0usize..12, any::<u8>(), 0u16..300, prop::bool::weighted(0.05))
        .prop_map(|(verb, who, variant, wait, errs)| Step { verb, who, variant, wait, errs });
    prop::collection::vec(step, STEPS)
}

fn open(scene: &Scene) -> Story {
    let mut story = Story::new();
    story.verdict.quorum = scene.quorum;
    story.verdict.four_eyes = scene.four_eyes;
    story.action_type.retry_safe = scene.retry_safe;
    if scene.evidence_required {
        story.action_type.required_evidence_kinds = vec!["form_value".parse().expect("a kind")];
    }
    let standing_approval = scene.standing.then(|| StandingApproval {
        name: "standing".parse().expect("a name"),
        granted_by: person(CARA),
        valid_until: story.now.plus_secs(3 * DAY_SECS),
        drawn_for_audit: false,
    });
    let proposal = Propose {
        owner: scene.owned.then(|| person(ANNA)),
        risk_tier: scene.high_risk.then_some(RiskTier::High),
        standing_approval,
        ..story.proposal()
    };
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
        | Verb::SendBack => actor([ANNA, BEN, CARA, "humans/simulated-ines", "humans/emil"][step.who % 5]),
    }
}

fn wait(story: &mut Story, step: &Step) {
    match step.variant % 32 {
        0 => story.pass_days(u64::from(step.wait % 8)),
        1..8 => story.pass_ms(u64::from(step.wait) * 1_000),
        _ => story.pass_ms(u64::from(step.wait)),
    }
}

/// What the step asks. Endings are rare, so that histories go on.
fn command(story: &mut Story, step: &Step, verb: Verb) -> Option<Command> {
    let rare = step.variant < 40;
    Some(match verb {
        Verb::Propose => return None,
        Verb::AddEvidence => story.add_evidence(["note", "form_value"][usize::from(step.variant % 2)]),
        Verb::RequestEvidence if rare => story.request_evidence(&[]),
        Verb::AssignOwner => story.assign_owner([ANNA, CARA][usize::from(step.variant % 2)]),
        Verb::Edit => story.edit_due(["2026-12-02", "2026-12-03", "2026-12-04"][usize::from(step.variant % 3)]),
        Verb::Approve => story.approve(),
        Verb::WithdrawApproval if rare => story.withdraw_approval(),
        Verb::Reject if step.variant < 4 => story.reject(),
        Verb::Hold => {
            let until = step.variant.is_multiple_of(2).then(|| story.now.plus_secs(u64::from(step.wait) + 1));
            story.hold(until, step.variant.is_multiple_of(3))
        }
        Verb::Release => match who(step, verb) {
            Actor::Clock => Command::Release(Release { etag: None }),
            Actor::Caller { .. } => story.release(),
        },
        Verb::Withdraw if step.variant < 4 => story.withdraw(),
        Verb::Expire => Command::Expire,
        Verb::Escalate => Command::Escalate,
        Verb::Claim => story.claim(),
        Verb::ExtendClaim => story.extend_claim(),
        Verb::ReportSuccess if rare => story.report_success(),
        Verb::ReportFailure => story.report_failure(step.variant.is_multiple_of(2)),
        Verb::LoseTrack => match who(step, verb) {
            Actor::Clock => Command::LoseTrack(LoseTrack::LeaseLapsed),
            Actor::Caller { .. } => story.lose_track(),
        },
        Verb::Settle => settle(story, step),
        Verb::Retry => story.retry(),
        Verb::SendBack => story.send_back(),
        Verb::RequestEvidence | Verb::WithdrawApproval | Verb::Reject | Verb::Withdraw | Verb::ReportSuccess => {
            return None;
        }
    })
}

fn settle(story: &Story, step: &Step) -> Command {
    let settlement = match step.variant % 3 {
        0 => Settlement::Executed(result()),
        1 => Settlement::Failed(failure(false)),
        _ => Settlement::Approve(story.it().payload.digest()),
    };
    let fence = step.variant.is_multiple_of(4).then(|| story.fence());
    Command::Settle(Settle { etag: story.etag(), finding: "Looked.".into(), settlement, fence })
}

/// Makes the caller err: an older etag, another digest, an older fence.
fn err(command: Command, story: &Story) -> Command {
    let older = countersign_api::etag::Etag::of_revision(story.it().revision - 1);
    match command {
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
        other => other,
    }
}

/// Lets one history happen under the eyes of the witness.
fn happen(scene: &Scene, steps: &[Step]) -> Story {
    let mut story = open(scene);
    let mut witness = Witness::new(scene.retry_safe);
    let mut seen = 0;
    for step in steps {
        for event in &story.events[seen..] {
            witness.watch(event);
        }
        seen = story.events.len();
        wait(&mut story, step);
        // Mostly what is legal now, else what the dice say: histories that only bounce off teach little.
        let legal = allowed_transitions(story.it());
        let verb = match legal.get(step.verb % legal.len().max(1)) {
            Some(verb) if !step.who.is_multiple_of(6) => *verb,
            Some(_) | None => Verb::ALL[step.verb],
        };
        let Some(command) = command(&mut story, step, verb) else { continue };
        let command = if step.errs { err(command, &story) } else { command };
        let before = story.it().clone();
        match story.attempt(&who(step, verb), &command) {
            Ok(()) => {
                assert!(legal.contains(&verb), "`{verb}` went through without being legal");
                assert_eq!(story.it().revision, before.revision + 1, "one command, one revision");
            }
            Err(_) => assert_eq!(story.it(), &before, "a refusal changes nothing"),
        }
    }
    story.events[seen..].iter().for_each(|event| witness.watch(event));
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
    let row = serde_json::to_string(story.it()).expect("a row");
    assert_eq!(&serde_json::from_str::<Candidate>(&row).expect("the row"), story.it());
}

fn histories() -> u32 {
    std::env::var("COUNTERSIGN_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(HISTORIES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: histories(), ..ProptestConfig::default() })]

    #[test]
    fn every_history_keeps_every_invariant(scene in scenes(), steps in steps()) {
        happen(&scene, &steps);
    }
}

/// The dice must reach what matters, or the property above says little.
#[test]
fn histories_go_everywhere() {
    let mut states = BTreeMap::<StateName, u32>::new();
    let mut kinds = BTreeMap::<&str, u32>::new();
    tell(HISTORIES, |story| {
        for event in &story.events {
            *states.entry(event.state).or_default() += 1;
            *kinds.entry(event.body.kind()).or_default() += 1;
        }
    });
    println!("in {HISTORIES} histories of {STEPS} steps each\n{states:?}\n{kinds:?}");
    assert!(STEPS * usize::try_from(HISTORIES).expect("small") >= 20_000);
    assert_eq!(states.len(), StateName::ALL.len(), "{states:?}");
    assert_eq!(kinds.len(), 21, "{kinds:?}");
}
