//! The report finds what a told story holds: counts known beforehand.

use std::collections::BTreeMap;

use analytics::export::VerifiedExport;
use analytics::report::{Terms, WrittenReport, write_report};
use countersign_api::candidate::v1::{ConfidenceLevel, FailureClass, Fault, RejectionReason, RiskTier, State};
use serde_json::Value;

use super::bench::verified;
use super::log::Log;
use super::story::{Story, proposal, task};

/// Writes the report of an export where blocking is allowed.
pub async fn written(export: &VerifiedExport) -> (tempfile::TempDir, WrittenReport) {
    written_under(export, Terms::default()).await
}

/// Writes the report of an export under these terms.
pub async fn written_under(export: &VerifiedExport, terms: Terms) -> (tempfile::TempDir, WrittenReport) {
    let folder = tempfile::tempdir().expect("a folder");
    let (export, at) = (export.clone(), folder.path().to_owned());
    let written =
        tokio::task::spawn_blocking(move || write_report(&export, &at, terms, |_| {})).await.expect("no panic");
    (folder, written.expect("a report"))
}

/// Writes the report of an export and reads its JSON back.
pub async fn report_of(export: &VerifiedExport) -> Value {
    serde_json::from_str(&written(export).await.1.json).expect("JSON")
}

/// Returns the table with this id.
pub fn table<'r>(report: &'r Value, id: &str) -> &'r Value {
    let questions = report["questions"].as_array().expect("questions");
    let mut tables = questions.iter().flat_map(|question| question["tables"].as_array().expect("tables"));
    tables.find(|table| table["id"] == id).unwrap_or_else(|| panic!("there is no table `{id}`"))
}

/// Returns the rows of a table with rates: group to numerator and denominator.
pub fn rates(report: &Value, id: &str) -> BTreeMap<String, (u64, u64)> {
    let rows = table(report, id)["rows"].as_array().expect("rows");
    let count = |row: &Value, column: &str| row[column].as_u64().expect("a count");
    let group = |row: &Value| row["group"].as_str().expect("a group").to_owned();
    rows.iter().map(|row| (group(row), (count(row, "numerator"), count(row, "denominator")))).collect()
}

fn told() -> Story {
    let mut story = Story::new();
    let question = || proposal("request_information", RiskTier::High, ConfidenceLevel::Low);
    // Six tasks: two rejected, one edited then approved, one only approved, one held, one left alone.
    for number in 0..6 {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-11-30"}"#);
        story.wait_ms(1_000 * i64::try_from(number + 1).expect("small"));
        match number {
            0 => story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord),
            1 => story.reject(&mut candidate, "humans/simulated-1", RejectionReason::Duplicate),
            2 => {
                story.edit(&mut candidate, "humans/simulated-1", r#"{"due":"2026-12-02"}"#, "[]");
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.execute(&mut candidate);
                story.send_back(&mut candidate, "humans/anna", Fault::Proposal);
            }
            3 => {
                story.approve(&mut candidate, "humans/anna");
                story.start(&mut candidate);
                story.fail(&mut candidate, FailureClass::Unavailable, true);
                story.start(&mut candidate);
                story.fail(&mut candidate, FailureClass::Precondition, false);
            }
            4 => story.hold(&mut candidate, "humans/anna"),
            _ => {}
        }
    }
    // Two questions: one lost and settled as executed, one sent back after a failure and edited in rework.
    let mut lost = story.propose(6, "generators/web-forms", question(), "{}");
    story.approve(&mut lost, "humans/anna");
    story.start(&mut lost);
    story.lose(&mut lost);
    story.settle(&mut lost, "humans/anna", State::Executed);
    let mut failed = story.propose(7, "generators/web-forms", question(), "{}");
    story.approve(&mut failed, "humans/anna");
    story.start(&mut failed);
    story.fail(&mut failed, FailureClass::Invalid, false);
    story.send_back(&mut failed, "humans/anna", Fault::Execution);
    story.edit(&mut failed, "humans/anna", r#"{"a":1}"#, "[]");
    story
}

fn of(rates: &BTreeMap<String, (u64, u64)>, group: &str) -> (u64, u64) {
    rates[group]
}

#[tokio::test]
async fn every_figure_of_a_known_story_is_found() {
    let (_bench, export) = verified(told().log).await;
    let report = report_of(&export).await;

    let rejections = rates(&report, "rejections-by-action-type");
    assert_eq!(of(&rejections, "create_task"), (2, 5));
    assert_eq!(of(&rejections, "request_information"), (0, 2));
    assert_eq!(of(&rates(&report, "rejections-by-all"), "all"), (2, 7));
    // The exact interval of Clopper and Pearson for 2 of 7, as tables have it.
    let rejected = &table(&report, "rejections-by-all")["rows"][0];
    assert_eq!((&rejected["low"], &rejected["high"]), (&Value::from(0.036_693), &Value::from(0.709_579)));
    let reasons = table(&report, "rejection-reasons-by-all")["rows"].as_array().expect("rows");
    assert_eq!((&reasons[0]["low"], &reasons[0]["high"]), (&Value::from(0.012_579), &Value::from(0.987_421)));
    assert_eq!(of(&rates(&report, "rejections-by-risk"), "HIGH"), (0, 2));
    assert_eq!(of(&rates(&report, "rejections-by-confidence"), "HIGH"), (2, 5));
    assert_eq!(of(&rates(&report, "rejections-by-proposer"), "generators/crm-rules"), (2, 5));
    // The edit in rework comes after the first approval: it is no edit of the review.
    assert_eq!(of(&rates(&report, "edits-by-all"), "all"), (1, 7));
    assert_eq!(of(&rates(&report, "failures-by-all"), "all"), (2, 4));
    assert_eq!(of(&rates(&report, "rework-by-all"), "all"), (1, 2));
    assert_eq!(of(&rates(&report, "outcome-unknown-by-action-type"), "request_information"), (1, 2));

    assert_eq!(report["totals"]["decisions"], 9);
    assert_eq!(report["totals"]["simulated_decisions"], 2);
    let attempts = table(&report, "failed-attempts")["rows"].as_array().expect("rows");
    let unavailable = attempts.iter().find(|row| row["class"] == "UNAVAILABLE").expect("a row");
    assert_eq!((&unavailable["failed"], &unavailable["retried"]), (&Value::from(1), &Value::from(1)));
    let faults = table(&report, "rework-faults-by-all")["rows"].as_array().expect("rows");
    assert_eq!((faults.len(), &faults[0]["category"]), (1, &Value::from("PROPOSAL")));
    let rework = &report["questions"].as_array().expect("questions")[4];
    assert_eq!(rework["left_out"][0], "Sent back after a failure, never after an execution: 1 candidate.");
}

#[tokio::test]
async fn times_to_a_decision_are_told_by_nearest_rank() {
    let (_bench, export) = verified(told().log).await;
    let report = report_of(&export).await;
    let rows = table(&report, "decision-time-by-action-type")["rows"].as_array().expect("rows");
    let tasks = rows.iter().find(|row| row["group"] == "create_task").expect("a row");
    // 1 s to 5 s after the proposal, and the millisecond that every event takes.
    assert_eq!(tasks["candidates"], 5);
    assert_eq!((&tasks["p50_ms"], &tasks["p90_ms"]), (&Value::from(3_001), &Value::from(5_001)));
    // Five say nothing sure of a median; seven do, and it lies between the least and the greatest of them.
    assert_eq!((&tasks["p50_low_ms"], &tasks["p50_high_ms"]), (&Value::Null, &Value::Null));
    let all = &table(&report, "decision-time-by-all")["rows"][0];
    assert_eq!(
        (&all["candidates"], &all["p50_low_ms"], &all["p50_high_ms"]),
        (&Value::from(7), &Value::from(1), &Value::from(5_001))
    );
}

#[tokio::test]
async fn a_decision_dated_before_its_proposal_counts_as_decided_but_has_no_time() {
    let mut story = Story::new();
    let mut candidate = story.propose(1, "generators/crm-rules", task(), "{}");
    story.wait_ms(-5_000);
    story.approve(&mut candidate, "humans/anna");
    let (_bench, export) = verified(story.log).await;
    let report = report_of(&export).await;
    assert_eq!(rates(&report, "rejections-by-all")["all"], (0, 1));
    assert_eq!(table(&report, "decision-time-by-all")["rows"], Value::Array(Vec::new()));
    let times = &report["questions"].as_array().expect("questions")[6];
    assert_eq!(times["left_out"][0], "Decided, but dated before their proposal: 1 candidate.");
}

#[tokio::test]
async fn small_groups_are_marked_and_every_table_names_its_source() {
    let (_bench, export) = verified(told().log).await;
    let report = report_of(&export).await;
    let root = export.manifest().root.to_string();
    for question in report["questions"].as_array().expect("questions") {
        for table in question["tables"].as_array().expect("tables") {
            assert_eq!(table["source"]["origin"], super::log::ORIGIN);
            assert_eq!(table["source"]["end_index"], export.manifest().size);
            assert_eq!(table["source"]["root"], root.as_str());
            assert_eq!(table["definition_version"], question["definition_version"]);
        }
    }
    assert_eq!(table(&report, "rejections-by-all")["rows"][0]["small"], true);
}

#[tokio::test]
async fn an_empty_log_gives_a_report_that_says_so() {
    let (_bench, export) = verified(Log::new()).await;
    let report = report_of(&export).await;
    assert_eq!(report["totals"]["candidates"], 0);
    assert_eq!(report["last_entry_at"], Value::Null);
    assert!(rates(&report, "rejections-by-all").is_empty());
    assert_eq!(report["questions"][0]["answer"], "No candidate has been proposed yet.");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn proposers_learn_what_people_made_of_their_proposals() {
    let (_bench, export) = verified(told().log).await;
    let (_folder, written) = written(&export).await;
    let proposers = analytics::report::proposers_in(&written.json).expect("the shape");

    let names: Vec<&str> = proposers.iter().map(|feedback| feedback.proposer.as_str()).collect();
    assert_eq!(names, ["generators/crm-rules", "generators/web-forms"]);
    let tasks = &proposers[0];
    let counts = (tasks.proposed, tasks.decided, tasks.rejected, tasks.edited, tasks.failed, tasks.sent_back);
    assert_eq!(counts, (6, 5, 2, 1, 1, 1));
    let reasons: Vec<(&str, u64)> =
        tasks.rejection_reasons.iter().map(|reason| (reason.reason.as_str(), reason.count)).collect();
    assert_eq!(reasons, [("DUPLICATE", 1), ("WRONG_RECORD", 1)]);
    assert_eq!(tasks.rejection_reasons[1].examples, [super::story::name(0)]);
}
