//! Travel declarations of a university (BPI Challenge 2020): submitted, approved by several in turn, rejected, submitted again, paid.

use std::collections::BTreeSet;
use std::fs::File;

use analytics::mining::{Format, write_log};
use countersign_api::candidate::v1::{ConfidenceLevel, RiskTier};
use flate2::read::GzDecoder;

use super::agreement::{assert_agrees, report};
use super::python::{data, run};
use super::steps::{Step, Taken, id_of, millis, tell};
use crate::story::proposal;

/// Who has the last word.
const SUPERVISOR: &str = "SUPERVISOR";

/// The first line of a case is its proposal, saved or submitted. `REJECTED by EMPLOYEE` takes back what was rejected, and of `REJECTED by MISSING` nobody
/// knows who did it: neither is a reviewer's decision.
fn steps() -> Vec<Taken> {
    let file = File::open(data("declarations").join("domestic_declarations.csv.gz")).expect("the log");
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let mut lines: Vec<csv::StringRecord> = reader.records().map(|line| line.expect("a line")).collect();
    lines.sort_by_key(|line| millis(&line[4]));
    let mut seen = BTreeSet::new();
    let mut submitted = BTreeSet::new();
    let mut steps = Vec::new();
    for line in &lines {
        let [case, category, event, _, at, _, decision, by] = std::array::from_fn(|field| &line[field]);
        let is_first = seen.insert(case);
        let person = format!("humans/{}", id_of(by));
        let (actor, step) = match (decision, by, event) {
            ("SUBMITTED" | "SAVED", ..) if is_first => {
                let proposed = proposal(category, RiskTier::Low, ConfidenceLevel::Unspecified);
                (person, Step::Propose(Box::new(proposed), "{}".to_owned()))
            }
            ("SUBMITTED", ..) if submitted.contains(case) => (person, Step::Resubmit),
            ("REJECTED", "EMPLOYEE" | "MISSING", _) => (person, Step::Withdraw),
            ("REJECTED", ..) => (person, Step::Reject),
            ("FINAL_APPROVED", SUPERVISOR, _) => (person, Step::Approve),
            ("APPROVED", ..) => (person, Step::Agree),
            ("", _, "Request Payment") => ("services/payments".to_owned(), Step::Start),
            ("", _, "Payment Handled") => ("services/payments".to_owned(), Step::Execute),
            other => panic!("nothing is known of {other:?}"),
        };
        if decision == "SUBMITTED" {
            submitted.insert(case);
        }
        steps.push(Taken { at_ms: millis(at), case: case.to_owned(), actor, step });
    }
    steps
}

#[tokio::test]
async fn the_report_of_ten_thousand_declarations_is_what_duckdb_says() {
    let reported = report(tell(steps())).await;
    let raw = assert_agrees(&reported.report, "declarations", &data("declarations"));
    // Counted by hand.
    assert_eq!(reported.report["totals"]["candidates"], 10_357);
    assert_eq!(crate::figures::rates(&reported.report, "rejections-by-all")["all"].0, 1_200);
    let rework = serde_json::json!({ "submitted_again": 1_006, "of_these_after_a_rejection": 954 });
    assert_eq!(raw["rework"], rework);

    let folder = tempfile::tempdir().expect("a folder");
    let files = ["events.json", "events.xes"].map(|name| folder.path().join(name));
    let (export, to) = (reported.bench.verify().expect("verified"), files.clone());
    let written = tokio::task::spawn_blocking(move || {
        [Format::Ocel, Format::Xes]
            .into_iter()
            .zip(&to)
            .map(|(format, file)| write_log(&export, format, file, |_| {}).map(|log| log.events))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(written.await.expect("no panic").expect("written"), [55_628, 55_628]);
    let mined = run("mined", &[&files[0], &files[1]]);
    for log in ["ocel", "xes"] {
        let again = &mined[log]["evidence_added"];
        let again = [&again["candidates"], &again["of_these_after_a_rejection"]];
        assert_eq!(again, [&rework["submitted_again"], &rework["of_these_after_a_rejection"]], "{log}");
        assert_eq!((&mined[log]["events"], &mined[log]["candidates"]), (&55_628.into(), &10_357.into()), "{log}");
    }
}
