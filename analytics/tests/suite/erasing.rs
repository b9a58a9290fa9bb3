//! What was erased is erased in every figure, also in those of an export that was there before the erasure and grew with its log.

use std::fs;

use analytics::export::VerifiedExport;
use analytics::mining::{Format, write_log};
use analytics::report::{Kind, kinds_of};
use countersign_api::candidate::v1::{CandidateProposed, RejectionReason};
use serde_json::Value;

use super::bench::{Bench, verified};
use super::figures::{rates, report_of, table, written};
use super::foreign::python::{printed_by, run};
use super::log::Log;
use super::story::{Story, Told, name, task};
use super::wordings;

/// A candidate whose words were changed, in the first part of an export.
const WORDED: u128 = 2;
/// One whose due date was moved, in the last, short part.
const MOVED: u128 = 11;
/// One that is erased, goes on without words, and is erased again.
const LATE: u128 = 12;

/// Words changed again and again, and due dates moved again and again by the same two days.
fn before() -> (Story, Told) {
    let mut story = wordings::story();
    for number in 8..=MOVED {
        let mut candidate = story.propose(number, "generators/crm-rules", dated(), r#"{"due":"2026-12-01"}"#);
        let person = if number % 2 == 0 { "humans/anna" } else { "humans/bob" };
        story.edit(&mut candidate, person, r#"{"due":"2026-12-03"}"#, "[]");
    }
    let mut late = story.propose(LATE, "generators/crm-rules", dated(), r#"{"due":"2026-12-01"}"#);
    story.edit(&mut late, "humans/anna", r#"{"due":"2026-12-03"}"#, "[]");
    (story, late)
}

fn dated() -> CandidateProposed {
    CandidateProposed { action_type: "move_date".to_owned(), ..task() }
}

/// The same log later: three candidates are erased, one was held and let go, and people have gone on.
fn after() -> Log {
    let (mut story, mut late) = before();
    story.log.hold_subject(&name(1));
    for number in [WORDED, MOVED, LATE] {
        story.log.erase_subject(&name(number));
    }
    story.reject(&mut late, "humans/bob", RejectionReason::Duplicate);
    story.log.release_subject(&name(1));
    let mut next = story.propose(13, "generators/crm-rules", dated(), r#"{"due":"2026-12-01"}"#);
    story.hold(&mut next, "humans/bob");
    story.log.erase_subject(&name(LATE));
    // Why the first of them was erased is erased, too.
    let first = story.log.entries.len() - 8;
    story.log.erase_subject(&format!("{}/custody/{first}", name(WORDED)));
    story.log
}

/// Makes two exports of one log: one that was there before the erasures and grew, one made afterwards.
async fn grown_and_fresh() -> [(Bench, VerifiedExport); 2] {
    let bench = Bench::with(before().0.log).await;
    bench.export().await.expect("exported");
    bench.ledger.grow(after());
    let grown = bench.verified().await;
    [(bench, grown), verified(after()).await]
}

/// Returns the report of an export, without the name of the export.
async fn nameless(export: &VerifiedExport) -> String {
    let (_folder, written) = written(export).await;
    let sha256 = export.manifest().sha256().to_string();
    assert_eq!(written.json.matches(&sha256).count(), 1);
    written.json.replace(&sha256, "")
}

async fn kinds(export: &VerifiedExport) -> Vec<Kind> {
    let export = export.clone();
    tokio::task::spawn_blocking(move || kinds_of(&export)).await.expect("no panic").expect("kinds")
}

async fn mined(export: &VerifiedExport, format: Format) -> String {
    let (export, folder) = (export.clone(), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("log");
    let at = file.clone();
    let written = tokio::task::spawn_blocking(move || write_log(&export, format, &at, |_| {})).await;
    written.expect("no panic").expect("written");
    fs::read_to_string(file).expect("text")
}

#[tokio::test]
async fn an_export_that_grew_over_an_erasure_says_what_a_fresh_one_says() {
    let [(_grown_bench, grown), (_fresh_bench, fresh)] = grown_and_fresh().await;
    let parts = |export: &VerifiedExport| export.manifest().parts.clone();
    assert_eq!((grown.manifest().size, grown.manifest().root), (fresh.manifest().size, fresh.manifest().root));
    assert_ne!(parts(&grown)[0].sha256, parts(&fresh)[0].sha256, "the part from before still has what was erased");

    assert_eq!(nameless(&grown).await, nameless(&fresh).await);
    assert_eq!(kinds(&grown).await, kinds(&fresh).await);
    for format in [Format::Ocel, Format::Xes] {
        assert!(mined(&grown, format).await == mined(&fresh, format).await, "{format:?}");
    }
}

#[tokio::test]
async fn an_erased_candidate_is_in_no_figure_and_its_entries_are_counted_as_erased() {
    let [(_bench, grown), _fresh] = grown_and_fresh().await;
    let report = report_of(&grown).await;
    let totals = &report["totals"];
    // Two entries of each of the three, one more of the last, and the first erasure's own words.
    assert_eq!((&totals["entries_erased"], &totals["candidates_left_out"]), (&Value::from(8), &Value::from(3)));
    assert_eq!(totals["candidates"], 10);
    let readings = table(&report, "readings")["rows"].as_array().expect("rows");
    let count = |kind: &str, reading: &str| {
        let row = readings.iter().find(|row| row["kind"] == kind && row["reading"] == reading);
        row.map(|row| row["entries"].as_u64().expect("a count"))
    };
    assert_eq!(count("content_erased", "known"), Some(4));
    assert_eq!(count("content_erased", "erased"), Some(1));
    assert_eq!((count("candidate_edited", "erased"), count("candidate_rejected", "known")), (Some(3), None));

    let edits = table(&report, "repeated-edits")["rows"].as_array().expect("rows");
    assert_eq!((&edits[0]["change"], &edits[0]["candidates"]), (&"date to date, 2 days later".into(), &Value::from(3)));
    assert_eq!((&edits[0]["numerator"], &edits[0]["denominator"]), (&Value::from(3), &Value::from(4)));
    let words = table(&report, "repeated-wordings")["rows"].as_array().expect("rows");
    assert_eq!((&words[0]["candidates"], &words[0]["denominator"]), (&Value::from(2), &Value::from(3)));
    let text = report.to_string();
    for number in [WORDED, MOVED, LATE] {
        assert!(!text.contains(&name(number)), "{number} is in the report");
    }
}

#[tokio::test]
async fn a_legal_hold_is_no_event_of_its_candidate_and_interrupts_no_stay() {
    let told = |is_held: bool| {
        let mut story = Story::new();
        let mut candidate = story.propose(1, "generators/crm-rules", task(), "{}");
        if is_held {
            story.log.hold_subject(&name(1));
            // Whom nobody has proposed can be held as well.
            story.log.hold_subject(&name(2));
        }
        story.wait_ms(5_000);
        story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
        story.log
    };
    let (_held_bench, held) = verified(told(true)).await;
    let (_bench, without) = verified(told(false)).await;
    let (held, without) = (report_of(&held).await, report_of(&without).await);
    assert_eq!((&held["totals"]["candidates"], &held["totals"]["candidates_left_out"]), (&1.into(), &0.into()));
    assert_eq!(table(&held, "state-times")["rows"], table(&without, "state-times")["rows"]);
    assert_eq!(table(&held, "state-times")["rows"][0]["p50_ms"], 5_001);
    assert_eq!(rates(&held, "rejections-by-all"), rates(&without, "rejections-by-all"));
}

#[tokio::test]
async fn a_second_tool_follows_the_same_rule_in_both_exports_and_in_an_empty_one() {
    let [grown, fresh] = grown_and_fresh().await;
    for (bench, export) in [grown, fresh, verified(Log::new()).await] {
        let (folder, _written) = written(&export).await;
        let (parts, report) = (bench.export_folder(), folder.path().join("report.json"));
        let recomputed = run("recomputed", &[&parts, &report]);
        assert_eq!(recomputed["different"], 0, "{recomputed}");
        assert!(recomputed["figures"].as_u64() >= Some(9), "{recomputed}");
        // It ends with an error where a report counts something else, and prints two times and the peak of memory.
        assert_eq!(printed_by("answered", &[&parts, &report]).split_whitespace().count(), 3);
    }
}
