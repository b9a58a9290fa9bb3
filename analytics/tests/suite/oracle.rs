//! The figures once more, written from the definitions in `docs/metrics.md`: plain loops over the events, no frames.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCause, CandidateEvent, FailureClass, Fault, RejectionReason, RiskTier, State,
};
use countersign_api::r#type::v1::PrincipalKind;

pub type Rates = BTreeMap<String, (u64, u64)>;
pub type Counts = BTreeMap<(String, String), u64>;

/// What the report should say, by question and grouping.
#[derive(Default)]
pub struct Figures {
    pub rates: BTreeMap<(&'static str, &'static str), Rates>,
    pub breakdowns: BTreeMap<(&'static str, &'static str), Counts>,
    /// Group to candidates, p50 and p90 in milliseconds.
    pub times: BTreeMap<&'static str, BTreeMap<String, (u64, u64, u64)>>,
    pub candidates: u64,
    pub decisions: u64,
    pub simulated: u64,
    /// Class to failed attempts, and of these to be retried.
    pub attempts: BTreeMap<String, (u64, u64)>,
}

/// One candidate's life, as the definitions look at it.
#[derive(Default)]
struct Life {
    groups: BTreeMap<&'static str, String>,
    proposed_us: Option<i64>,
    first_decision_us: Option<i64>,
    decisions: u64,
    simulated: u64,
    reason: Option<String>,
    first_edit: Option<usize>,
    first_approval: Option<usize>,
    started: bool,
    failure: Option<String>,
    executed: Option<usize>,
    fault: Option<String>,
    was_unknown: bool,
    state: String,
}

const GROUPINGS: [&str; 7] = ["all", "action-type", "proposer", "risk", "confidence", "team", "connector"];

/// What is asked about executions alone is told by connector.
const OF_EXECUTIONS: [&str; 6] =
    ["failures", "failure-classes", "rework", "rework-faults", "outcome-unknown", "outcome-unknown-now"];

pub fn figures(events: &[CandidateEvent]) -> Figures {
    let mut lives: BTreeMap<&str, Life> = BTreeMap::new();
    let mut figures = Figures::default();
    for (index, event) in events.iter().enumerate() {
        let life = lives.entry(&event.candidate).or_default();
        live(life, index, event);
        if let Some(Event::ExecutionFailed(failed)) = &event.event {
            let class = failed.failure.as_ref().expect("a failure").class();
            let counts = figures.attempts.entry(failure_class(class)).or_default();
            counts.0 += 1;
            counts.1 += u64::from(failed.retry_after.is_some());
        }
    }
    figures.candidates = lives.len() as u64;
    figures.decisions = lives.values().map(|life| life.decisions).sum();
    figures.simulated = lives.values().map(|life| life.simulated).sum();
    for grouping in GROUPINGS {
        let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for life in lives.values() {
            let group = life.groups.get(grouping).expect("every candidate was proposed").clone();
            let decided = life.decisions > 0;
            let edited = life.first_edit.is_some_and(|edit| life.first_approval.is_none_or(|approval| edit < approval));
            for (question, within, hit) in [
                ("rejections", decided, life.reason.is_some()),
                ("edits", decided, edited),
                ("failures", life.started, life.failure.is_some()),
                ("rework", life.executed.is_some(), life.fault.is_some()),
                ("outcome-unknown", life.started, life.was_unknown),
            ] {
                if grouping == "connector" && !OF_EXECUTIONS.contains(&question) {
                    continue;
                }
                let rates = figures.rates.entry((question, grouping)).or_default();
                if within {
                    let rate = rates.entry(group.clone()).or_default();
                    rate.0 += u64::from(hit);
                    rate.1 += 1;
                }
            }
            for (question, category) in [
                ("states", Some(&life.state)),
                ("rejection-reasons", life.reason.as_ref()),
                ("failure-classes", life.failure.as_ref().filter(|_| life.started)),
                ("rework-faults", life.fault.as_ref()),
                ("outcome-unknown-now", (life.started && life.was_unknown).then_some(&life.state)),
            ] {
                if grouping == "connector" && !OF_EXECUTIONS.contains(&question) {
                    continue;
                }
                let counts = figures.breakdowns.entry((question, grouping)).or_default();
                if let Some(category) = category {
                    *counts.entry((group.clone(), category.clone())).or_default() += 1;
                }
            }
            if let (true, Some(from), Some(to)) =
                (decided && grouping != "connector", life.proposed_us, life.first_decision_us)
                && to >= from
            {
                times.entry(group).or_default().push(u64::try_from(to - from).expect("not negative") / 1_000);
            }
        }
        let quantiles = times.into_iter().map(|(group, mut times)| {
            times.sort_unstable();
            let rank = |tenths: usize| times[(times.len() * tenths).div_ceil(10).max(1) - 1];
            (group, (times.len() as u64, rank(5), rank(9)))
        });
        if grouping != "connector" {
            figures.times.insert(grouping, quantiles.collect());
        }
    }
    figures
}

fn live(life: &mut Life, index: usize, event: &CandidateEvent) {
    let actor = event.actor.as_ref().expect("an actor");
    let by_person = actor.kind() == PrincipalKind::Human;
    let at = event.occur_time.as_ref().map(|at| at.seconds * 1_000_000 + i64::from(at.nanos) / 1_000);
    let state = event.state();
    life.state = without_prefix(state.as_str_name(), "STATE_");
    let mut decides = false;
    let event_of = event.event.as_ref().expect("an event");
    if let Some(system) = system_of(event_of).filter(|system| !system.is_empty()) {
        life.groups.insert("connector", system.to_owned());
    }
    match event_of {
        Event::CandidateProposed(proposed) => {
            life.proposed_us = at;
            let risk = proposed.risk.as_ref().map_or(RiskTier::Unspecified, countersign_api::candidate::v1::Risk::tier);
            let confidence = proposed.confidence.as_ref().expect("a confidence").level();
            let stated = |text: &str, unspecified: bool| {
                if unspecified { "(not stated)".to_owned() } else { text.to_owned() }
            };
            life.groups = BTreeMap::from([
                ("all", "all".to_owned()),
                ("action-type", proposed.action_type.clone()),
                ("proposer", actor.id.clone()),
                ("risk", stated(risk.as_str_name().trim_start_matches("RISK_TIER_"), risk == RiskTier::Unspecified)),
                (
                    "confidence",
                    stated(confidence.as_str_name().trim_start_matches("CONFIDENCE_LEVEL_"), confidence as i32 == 0),
                ),
                ("team", stated(&proposed.owner_team, proposed.owner_team.is_empty())),
                ("connector", "(not stated)".to_owned()),
            ]);
        }
        Event::ApprovalCollected(_) | Event::CandidateHeld(_) => decides = true,
        Event::CandidateApproved(approved) => {
            decides = approved.cause() != ApprovalCause::StandingApproval;
            life.first_approval = life.first_approval.or(Some(index));
        }
        Event::CandidateEdited(_) => {
            decides = true;
            life.first_edit = life.first_edit.or(Some(index));
        }
        Event::CandidateRejected(rejected) => {
            decides = true;
            life.reason.get_or_insert(reason(rejected.reason()));
        }
        Event::ExecutionStarted(_) => life.started = true,
        Event::ExecutionFailed(failed) if state == State::Failed => {
            let class = failed.failure.as_ref().expect("a failure").class();
            life.failure.get_or_insert(failure_class(class));
        }
        Event::OutcomeSettled(_) if state == State::Failed => {
            life.failure.get_or_insert("(not stated)".to_owned());
        }
        Event::CandidateExecuted(_) | Event::OutcomeSettled(_) if state == State::Executed => {
            life.executed = life.executed.or(Some(index));
        }
        Event::OutcomeLost(_) => life.was_unknown |= state == State::OutcomeUnknown,
        Event::CandidateSentBack(sent_back) if life.executed.is_some() => {
            life.fault.get_or_insert(fault(sent_back.fault()));
        }
        _ => {}
    }
    if decides && by_person {
        life.decisions += 1;
        life.simulated += u64::from(event.simulated);
        life.first_decision_us = match (life.first_decision_us, at) {
            (Some(before), Some(at)) => Some(before.min(at)),
            (before, at) => before.or(at),
        };
    }
}

/// The system that was asked, where the end of an attempt names one.
fn system_of(event: &Event) -> Option<&str> {
    let (result, failure) = match event {
        Event::CandidateExecuted(executed) => (executed.result.as_ref(), None),
        Event::ExecutionFailed(failed) => (None, failed.failure.as_ref()),
        Event::OutcomeSettled(settled) => (settled.result.as_ref(), settled.failure.as_ref()),
        _ => (None, None),
    };
    let made = result.and_then(|result| result.references.first()).map(|made| made.system.as_str());
    made.or(failure.map(|failure| failure.system.as_str()))
}

fn reason(reason: RejectionReason) -> String {
    without_prefix(reason.as_str_name(), "REJECTION_REASON_")
}

fn failure_class(class: FailureClass) -> String {
    without_prefix(class.as_str_name(), "FAILURE_CLASS_")
}

fn fault(fault: Fault) -> String {
    without_prefix(fault.as_str_name(), "FAULT_")
}

fn without_prefix(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).expect("every value of the enum has it").to_owned()
}
