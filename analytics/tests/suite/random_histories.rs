//! Whatever happened, in whatever order: the report says what plain loops over the events say.

use std::num::NonZeroU64;

use analytics::report::{Report, Terms};
use countersign_api::candidate::v1::{
    CandidateProposed, ConfidenceLevel, FailureClass, Fault, RejectionReason, RiskTier, State,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::bench::Bench;
use super::figures::{rates, table};
use super::oracle::{Counts, Figures, figures};
use super::story::{Story, Told, proposal};

#[derive(Debug, Clone)]
struct Step {
    candidate: usize,
    act: Act,
    person: usize,
    wait_ms: i64,
}

#[derive(Debug, Clone)]
enum Act {
    Approve,
    ApproveStanding,
    Edit(u8),
    Reject(RejectionReason),
    Hold,
    Start,
    Execute,
    Fail(FailureClass, bool),
    Lose,
    Settle(State),
    SendBack(Fault),
}

const PEOPLE: [&str; 4] = ["humans/anna", "humans/bob", "humans/simulated-1", "humans/simulated-2"];

fn act() -> impl Strategy<Value = Act> {
    use prop::sample::select;
    prop_oneof![
        3 => Just(Act::Approve),
        1 => Just(Act::ApproveStanding),
        2 => (0..4_u8).prop_map(Act::Edit),
        2 => select(&[RejectionReason::WrongRecord, RejectionReason::Duplicate, RejectionReason::Other][..]).prop_map(Act::Reject),
        1 => Just(Act::Hold),
        3 => Just(Act::Start),
        2 => Just(Act::Execute),
        2 => (select(&[FailureClass::Invalid, FailureClass::Unavailable][..]), any::<bool>()).prop_map(|(class, retried)| Act::Fail(class, retried)),
        1 => Just(Act::Lose),
        1 => select(&[State::Executed, State::Failed, State::Approved][..]).prop_map(Act::Settle),
        2 => select(&[Fault::Proposal, Fault::Edit, Fault::Execution][..]).prop_map(Act::SendBack),
    ]
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..9_usize, act(), 0..PEOPLE.len(), 0..5_000_i64);
    vec(step.prop_map(|(candidate, act, person, wait_ms)| Step { candidate, act, person, wait_ms }), 0..80)
}

fn tell(steps: &[Step]) -> Story {
    let mut story = Story::new();
    let mut candidates: Vec<Option<Told>> = vec![None; 9];
    for step in steps {
        let number = step.candidate;
        story.wait_ms(step.wait_ms);
        let mut candidate = candidates[number].take().unwrap_or_else(|| propose(&mut story, number));
        let person = PEOPLE[step.person];
        match step.act {
            Act::Approve => story.approve(&mut candidate, person),
            Act::ApproveStanding => story.approve_standing(&mut candidate, person),
            Act::Edit(value) => story.edit(&mut candidate, person, &format!("{{\"n\":{value}}}"), "[]"),
            Act::Reject(reason) => story.reject(&mut candidate, person, reason),
            Act::Hold => story.hold(&mut candidate, person),
            Act::Start => story.start(&mut candidate),
            Act::Execute => story.execute(&mut candidate),
            Act::Fail(class, retried) => story.fail(&mut candidate, class, retried),
            Act::Lose => story.lose(&mut candidate),
            Act::Settle(state) => story.settle(&mut candidate, person, state),
            Act::SendBack(fault) => story.send_back(&mut candidate, person, fault),
        }
        candidates[number] = Some(candidate);
    }
    story
}

fn propose(story: &mut Story, number: usize) -> Told {
    let action_type = ["create_task", "update_field", "request_information"][number % 3];
    let risk = [RiskTier::Low, RiskTier::High, RiskTier::Unspecified, RiskTier::ApprovalRequired][number % 4];
    let confidence = [ConfidenceLevel::High, ConfidenceLevel::Unspecified][number % 2];
    let proposer = ["generators/crm-rules", "services/importer"][usize::from(number > 5)];
    // Ids spread over all slices of the log.
    let id = 0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::try_from(number).expect("small") * 31;
    let owner_team = ["sales", "support", ""][number / 3].to_owned();
    story.propose(id, proposer, CandidateProposed { owner_team, ..proposal(action_type, risk, confidence) }, "{}")
}

fn assert_same(report: &Value, expected: &Figures) {
    for ((question, grouping), expected) in &expected.rates {
        assert_eq!(&rates(report, &format!("{question}-by-{grouping}")), expected, "{question} by {grouping}");
    }
    for ((question, grouping), expected) in &expected.breakdowns {
        assert_eq!(&breakdown(report, &format!("{question}-by-{grouping}")), expected, "{question} by {grouping}");
    }
    for (grouping, expected) in &expected.times {
        let rows = table(report, &format!("decision-time-by-{grouping}"))["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), expected.len(), "groups by {grouping}");
        for row in rows {
            let (candidates, p50, p90) = expected[row["group"].as_str().expect("a group")];
            let figures = (&row["candidates"], &row["p50_ms"], &row["p90_ms"]);
            assert_eq!(figures, (&Value::from(candidates), &Value::from(p50), &Value::from(p90)), "{grouping}: {row}");
        }
    }
    let attempts = table(report, "failed-attempts")["rows"].as_array().expect("rows");
    let attempts = attempts.iter().map(|row| {
        let count = |column: &str| row[column].as_u64().expect("a count");
        (row["class"].as_str().expect("a class").to_owned(), (count("failed"), count("retried")))
    });
    assert_eq!(attempts.collect::<std::collections::BTreeMap<_, _>>(), expected.attempts);
    let totals = &report["totals"];
    let found = [&totals["candidates"], &totals["decisions"], &totals["simulated_decisions"]];
    assert_eq!(found, [expected.candidates, expected.decisions, expected.simulated].map(Value::from).each_ref());
}

fn breakdown(report: &Value, id: &str) -> Counts {
    let rows = table(report, id)["rows"].as_array().expect("rows");
    let text = |row: &Value, column: &str| row[column].as_str().expect("a text").to_owned();
    let counts = rows
        .iter()
        .map(|row| ((text(row, "group"), text(row, "category")), row["numerator"].as_u64().expect("a count")));
    counts.collect()
}

/// Breakdowns of a rate add up to its numerator, group by group.
fn assert_totals_add_up(report: &Value) {
    for (breakdown_id, rate_id) in [
        ("rejection-reasons", "rejections"),
        ("failure-classes", "failures"),
        ("rework-faults", "rework"),
        ("outcome-unknown-now", "outcome-unknown"),
    ] {
        for grouping in ["all", "action-type", "proposer", "risk", "confidence", "team"] {
            let mut sums = std::collections::BTreeMap::<String, u64>::new();
            for ((group, _), count) in breakdown(report, &format!("{breakdown_id}-by-{grouping}")) {
                *sums.entry(group).or_default() += count;
            }
            let rates = rates(report, &format!("{rate_id}-by-{grouping}"));
            let numerators = rates.into_iter().filter(|(_, (numerator, _))| *numerator > 0);
            let numerators = numerators.map(|(group, (numerator, _))| (group, numerator));
            assert_eq!(sums, numerators.collect(), "{breakdown_id} and {rate_id} by {grouping}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_report_agrees_with_plain_loops_in_any_number_of_slices(steps in history(), slices in 1..7_u64) {
        let story = tell(&steps);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let json = runtime.block_on(async {
            let mut bench = Bench::with(story.log).await;
            bench.part_entries = 32;
            let export = bench.verified().await;
            let slices = NonZeroU64::new(slices).expect("at least one");
            let computed = tokio::task::spawn_blocking(move || Report::in_slices(&export, slices, Terms::default())?.to_json()).await;
            computed.expect("no panic").expect("a report")
        });
        let report: Value = serde_json::from_str(&json).expect("JSON");
        assert_same(&report, &figures(&story.told));
        assert_totals_add_up(&report);
    }
}
