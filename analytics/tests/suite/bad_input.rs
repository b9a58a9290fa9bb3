//! What a report says of little, of nothing, and of an export that another release made: never a wrong number.

use std::fs;

use analytics::report::{Error, Period, Report, Terms, kinds_of, write_report};
use countersign_api::candidate::v1::RejectionReason;
use ledger_format::sha256;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::ParquetWriter;
use serde_json::{Value, json};

use super::bench::{forge, verified};
use super::figures::{rates, report_of, table, written_under};
use super::story::{Story, task};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Tells `before` and `now` decided tasks of the week before the last and of the last; the log is written when the last one ends.
fn told(before: u128, now: u128) -> Story {
    let mut story = Story::new();
    story.wait_ms(-10 * DAY_MS);
    for (period, count) in [(0, before), (1, now)] {
        for number in 0..count {
            let mut candidate = story.propose(period * 1_000 + number, "generators/crm-rules", task(), "{}");
            story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
        }
        story.wait_ms(8 * DAY_MS);
    }
    story
}

fn answer(report: &Value, id: &str) -> String {
    let questions = report["questions"].as_array().expect("questions");
    let question = questions.iter().find(|question| question["id"] == id).expect("the question");
    question["answer"].as_str().expect("a sentence").to_owned()
}

#[tokio::test]
async fn an_empty_period_is_said_to_be_empty_and_not_to_be_unchanged() {
    let terms = Terms { period: Period::Week, ..Terms::default() };
    for ((before, now), said) in [
        ((0, 25), "Nothing can be compared with the week before: it is empty."),
        ((25, 0), "Nothing can be compared with the week before: the last week is empty."),
        ((5, 5), "Nothing can be compared with the week before: no group has 20 candidates in both."),
        ((25, 25), "Nothing changed by more than chance against the week before."),
    ] {
        let (_bench, export) = verified(told(before, now).log).await;
        let (_folder, written) = written_under(&export, terms).await;
        let report: Value = serde_json::from_str(&written.json).expect("JSON");
        assert_eq!(answer(&report, "changes"), said, "{before} and {now}");
        let rows = table(&report, "changes")["rows"].as_array().expect("rows");
        assert!(rows.iter().all(|row| row["changed"] == false), "{before} and {now}");
    }
    let mut old = Story::new();
    old.wait_ms(-100 * DAY_MS);
    let mut candidate = old.propose(1, "generators/crm-rules", task(), "{}");
    old.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
    let (_bench, export) = verified(old.log).await;
    let said = answer(&report_of(&export).await, "changes");
    assert_eq!(said, "Nothing can be compared with the four weeks before: both periods are empty.");
}

#[tokio::test]
async fn one_candidate_only_is_a_small_group_everywhere_and_suggests_nothing() {
    let mut story = Story::new();
    let mut candidate = story.propose(1, "generators/crm-rules", task(), r#"{"due":"2026-12-01"}"#);
    story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-08"}"#, "[]");
    story.approve(&mut candidate, "humans/bob");
    let (_bench, export) = verified(story.log).await;
    let (_folder, written) =
        written_under(&export, Terms { harm_at_most_per_mille: Some(100), ..Terms::default() }).await;
    let report: Value = serde_json::from_str(&written.json).expect("JSON");
    assert_eq!(rates(&report, "edits-by-all")["all"], (1, 1));
    let row = &table(&report, "edits-by-all")["rows"][0];
    assert_eq!((row["low"].as_f64(), row["high"].as_f64(), &row["small"]), (Some(0.025), Some(1.0), &json!(true)));
    for id in ["repeated-edits", "repeated-wordings", "rules"] {
        assert_eq!(table(&report, id)["rows"], json!([]), "{id}");
    }
    let time = &table(&report, "decision-time-by-all")["rows"][0];
    assert_eq!((&time["candidates"], &time["p50_low_ms"]), (&json!(1), &Value::Null));
    assert!(answer(&report, "edits").ends_with("That is a small group: the interval is wide."));
    let light = table(&report, "lighter-review")["rows"].as_array().expect("rows");
    assert!(light.iter().all(|row| row["suggested"] == false), "{light:?}");
}

#[tokio::test]
async fn a_log_of_erased_payloads_alone_gives_no_figure_and_says_why() {
    let mut log = told(0, 3).log;
    for index in 0..6 {
        log.erase(index);
    }
    let (_bench, export) = verified(log).await;
    let report = report_of(&export).await;
    assert_eq!((&report["totals"]["candidates"], &report["totals"]["candidates_left_out"]), (&json!(0), &json!(3)));
    assert!(rates(&report, "rejections-by-all").is_empty());
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2);
    let said = findings[1].as_str().expect("a sentence");
    assert!(
        said.starts_with("6 entries are not in the figures: 0 of kinds that this release does not know, 6 erased"),
        "{said}"
    );
}

#[tokio::test]
async fn an_export_without_a_column_of_this_release_is_refused_by_name() {
    let (bench, export) = verified(told(0, 1).log).await;
    let part = export.folder().join("part-000000.parquet");
    let frame = ParquetReader::new(fs::File::open(&part).expect("a part")).finish().expect("a frame");
    let mut older = frame.drop("payload_fields").expect("it was there");
    ParquetWriter::new(fs::File::create(&part).expect("a part")).finish(&mut older).expect("written");
    let bytes = fs::read(&part).expect("read");
    forge(export.folder(), |manifest| {
        manifest.parts[0].sha256 = sha256(&[&bytes]);
        manifest.parts[0].bytes = bytes.len() as u64;
    });
    let older = bench.verify().expect("whole all the same");
    let out = bench.folder.path().join("report");
    let folder = out.clone();
    let refused = tokio::task::spawn_blocking(move || {
        let written = write_report(&older, &folder, Terms::default(), |_| {}).expect_err("another release's");
        let computed = Report::of(&older, Terms::default()).expect_err("another release's");
        let counted = kinds_of(&older).expect_err("another release's");
        [written, computed, counted]
    });
    for refused in refused.await.expect("no panic") {
        assert!(matches!(&refused, Error::OtherRelease { column, .. } if column == "payload_fields"), "{refused:?}");
        let shown = refused.to_string();
        assert!(shown.contains("part-000000.parquet") && shown.contains("export the log again"), "{shown}");
    }
    assert!(!out.exists(), "nothing is written");
    let again = bench.verified().await;
    report_of(&again).await;
}
