//! Lighter review is suggested for what the record shows to be harmless, and for nothing else.

use analytics::report::{Period, Terms};
use countersign_api::candidate::v1::{
    CandidateProposed, ConfidenceLevel, FailureClass, Fault, RejectionReason, RiskTier,
};
use serde_json::{Value, json};

use super::bench::verified_whole;
use super::figures::{table, written_under};
use super::story::{Story, Told, name, proposal};

const TERMS: Terms = Terms { harm_at_most_per_mille: Some(50), period: Period::FourWeeks };

/// Four categories: notes that are harmless, tasks in which one of ten is harmful, updates of high risk, and a few drafts.
fn told() -> Story {
    let mut story = Story::new();
    for number in 0..250_u128 {
        let mut note = propose(&mut story, number, "add_note", RiskTier::Low);
        run(&mut story, &mut note);
        let mut update = propose(&mut story, 1_000 + number, "update_field", RiskTier::High);
        run(&mut story, &mut update);
    }
    for number in 0..40_u128 {
        let mut task = propose(&mut story, 2_000 + number, "create_task", RiskTier::Low);
        match number {
            0 => story.reject(&mut task, "humans/anna", RejectionReason::WrongRecord),
            1 => {
                story.edit(&mut task, "humans/anna", r#"{"due":"2026-12-02"}"#, "[]");
                run(&mut story, &mut task);
            }
            2 => {
                story.approve(&mut task, "humans/anna");
                story.start(&mut task);
                story.fail(&mut task, FailureClass::Invalid, false);
            }
            3 => {
                run(&mut story, &mut task);
                story.send_back(&mut task, "humans/bob", Fault::Proposal);
            }
            // Still open, and decided on: over in no way yet.
            4 => story.hold(&mut task, "humans/anna"),
            // Approved ahead: nobody looked.
            5 => {
                story.approve_standing(&mut task, "humans/anna");
                story.start(&mut task);
                story.execute(&mut task);
            }
            _ => run(&mut story, &mut task),
        }
    }
    story
}

fn propose(story: &mut Story, number: u128, action_type: &str, risk: RiskTier) -> Told {
    let proposed: CandidateProposed = proposal(action_type, risk, ConfidenceLevel::High);
    story.propose(number, "generators/crm-rules", proposed, r#"{"due":"2026-11-30"}"#)
}

fn run(story: &mut Story, candidate: &mut Told) {
    story.approve(candidate, "humans/bob");
    story.start(candidate);
    story.execute(candidate);
}

async fn rows(terms: Terms) -> (Value, Vec<Value>) {
    let (_bench, export) = verified_whole(told().log).await;
    let (_folder, written) = written_under(&export, terms).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    let rows = table(&report, "lighter-review")["rows"].as_array().expect("rows").clone();
    (report, rows)
}

#[tokio::test]
async fn the_harmless_category_is_suggested_and_neither_the_harmful_one_nor_high_risk() {
    let (report, rows) = rows(TERMS).await;
    let told: Vec<_> =
        rows.iter().map(|row| [&row["action_type"], &row["harmful"], &row["decided"]].map(Value::clone)).collect();
    assert_eq!(told, [[json!("add_note"), json!(0), json!(250)], [json!("create_task"), json!(4), json!(38)]]);
    assert_eq!([&rows[0]["suggested"], &rows[1]["suggested"]], [true, false]);
    assert!(rows[0]["bound"].as_f64().expect("a bound") < 0.05);
    assert!(rows[1]["bound"].as_f64().expect("a bound") > 4.0 / 38.0);
    assert_eq!([&rows[0]["harmless_missing"], &rows[0]["recent"]], [0, 250]);
    let audit = rows[0]["audit_per_mille"].as_u64().expect("a rate");
    assert!((10..1_000).contains(&audit), "{audit}");
    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| {
        finding.as_str().is_some_and(|text| text.starts_with("Lighter review is suggested for add_note by "))
    }));
    assert_eq!(report["terms"]["harm_at_most_per_mille"], 50);
}

#[tokio::test]
async fn the_candidates_that_argue_against_are_named() {
    let (report, _) = rows(TERMS).await;
    let against = table(&report, "lighter-review-against")["rows"].as_array().expect("rows");
    let told: Vec<_> = against.iter().map(|row| (row["harm"].as_str().expect("a harm"), &row["examples"])).collect();
    let named = |number: u128| json!([name(2_000 + number)]);
    assert_eq!(told, [("edited", &named(1)), ("failed", &named(2)), ("rejected", &named(0)), ("sent back", &named(3))]);
}

#[tokio::test]
async fn without_a_policy_nothing_is_suggested_and_the_bounds_still_stand() {
    let (report, rows) = rows(Terms::default()).await;
    assert_eq!(
        [&rows[0]["suggested"], &rows[0]["threshold"], &rows[0]["audit_per_mille"]],
        [&json!(false), &Value::Null, &Value::Null]
    );
    assert!(rows[0]["bound"].as_f64().expect("a bound") < 0.05);
    assert_eq!(report["terms"]["harm_at_most_per_mille"], Value::Null);
}
