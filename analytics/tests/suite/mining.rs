//! Logs for process mining: every entry is an event, every relationship leads to an object, and the forms are those of the standards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use analytics::export::VerifiedExport;
use analytics::mining::{Format, WrittenLog, write_log};
use countersign_api::candidate::v1::{CandidateProposed, FailureClass, Fault, RecordReference, RejectionReason};
use jiff::Timestamp;
use serde_json::Value;

use super::bench::{Bench, verified, verified_whole};
use super::figures::report_of;
use super::log::Log;
use super::story::{Story, task};

const SCHEMA: &str = include_str!("../ocel-2.0.schema.json");

/// Twelve candidates about five records: rejected, edited and executed, sent back, failed and tried again. One is erased, and the log ends with an
/// entry of a newer release.
fn told() -> Log {
    let mut story = Story::new();
    for number in 0..12_u128 {
        let id = format!("deal-{}", number % 5);
        let record =
            RecordReference { system: "crm".to_owned(), object_type: "deal".to_owned(), id, ..Default::default() };
        let proposed = CandidateProposed { target: Some(record), ..task() };
        let mut candidate = story.propose(number * 0x11, "generators/crm-rules", proposed, r#"{"due":"2026-12-01"}"#);
        match number % 4 {
            0 => story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate),
            1 => {
                story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-03"}"#, "[]");
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.execute(&mut candidate);
                story.send_back(&mut candidate, "humans/bob", Fault::Edit);
            }
            2 => {
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.fail(&mut candidate, FailureClass::Unavailable, false);
            }
            _ => {}
        }
    }
    let mut log = story.log;
    log.erase(0);
    let leaf = ledger_format::Leaf::decode(&log.entries[1].leaf).expect("a leaf").to_owned_leaf();
    let (kind, idempotency_key) = ("candidate_<teleported>".to_owned(), "newer".to_owned());
    let appended_at_us = leaf.appended_at_us + 1_000_000;
    log.append_leaf(ledger_format::Leaf { kind, idempotency_key, appended_at_us, ..leaf }, b"?".to_vec());
    log
}

async fn written(export: &VerifiedExport, format: Format) -> (WrittenLog, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let (export, file) = (export.clone(), folder.path().join("log"));
    let at = file.clone();
    let written = tokio::task::spawn_blocking(move || write_log(&export, format, &at, |_| {})).await;
    (written.expect("no panic").expect("written"), fs::read_to_string(file).expect("text"))
}

fn array<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn assert_declared(types: &BTreeMap<&str, BTreeSet<&str>>, item: &Value) {
    let declared = &types[text(&item["type"])];
    for attribute in array(item, "attributes") {
        assert!(declared.contains(text(&attribute["name"])), "{item}");
    }
}

fn types<'v>(log: &'v Value, name: &str) -> BTreeMap<&'v str, BTreeSet<&'v str>> {
    let names = |of: &'v Value| array(of, "attributes").iter().map(|attribute| text(&attribute["name"])).collect();
    array(log, name).iter().map(|of| (text(&of["name"]), names(of))).collect()
}

#[tokio::test]
async fn an_object_centric_log_is_valid_and_whole() {
    let (_bench, export) = verified(told()).await;
    let (written, log) = written(&export, Format::Ocel).await;
    let log: Value = serde_json::from_str(&log).expect("JSON");
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).expect("JSON")).expect("a schema");
    let errors: Vec<String> = schema.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);

    let (events, objects) = (array(&log, "events"), array(&log, "objects"));
    assert_eq!((written.events, written.subjects), (events.len() as u64, objects.len() as u64));
    assert_eq!(written.events, export.manifest().size);
    let ids: BTreeSet<&str> = objects.iter().map(|object| text(&object["id"])).collect();
    assert_eq!(ids.len(), objects.len(), "every id is of one object");
    let (event_types, object_types) = (types(&log, "eventTypes"), types(&log, "objectTypes"));
    for event in events {
        assert_declared(&event_types, event);
        text(&event["time"]).parse::<Timestamp>().expect("a time");
        assert!(!array(event, "relationships").is_empty(), "{event}");
    }
    for object in objects {
        assert_declared(&object_types, object);
    }
    for item in events.iter().chain(objects) {
        for related in array(item, "relationships") {
            assert!(ids.contains(text(&related["objectId"])), "{related} of {item}");
        }
    }
    let of_type = |name: &str| objects.iter().filter(|object| object["type"] == name).count() as u64;
    let report = report_of(&export).await;
    let totals = &report["totals"];
    let known = ["candidates", "candidates_left_out"].map(|name| totals[name].as_u64().expect("a count"));
    assert_eq!(of_type("candidate"), known.iter().sum::<u64>());
    assert_eq!((of_type("record"), of_type("execution_attempt"), of_type("person")), (5, 6, 2));
}

#[tokio::test]
async fn a_trace_holds_what_happened_to_its_candidate() {
    let (_bench, export) = verified(told()).await;
    let (written, log) = written(&export, Format::Xes).await;
    assert_eq!((written.events, written.subjects), (export.manifest().size, 12));
    assert_eq!(log.matches("<trace>").count(), 12);
    assert_eq!(log.matches("<event>").count() as u64, written.events);
    let first = log.split("<trace>").nth(1).expect("a trace");
    let kinds = first.split(r#"<event><string key="concept:name" value=""#).skip(1);
    let kinds: Vec<&str> = kinds.map(|event| event.split('"').next().expect("a value")).collect();
    assert_eq!(kinds, ["candidate_proposed", "candidate_rejected", "candidate_&lt;teleported&gt;"]);
    assert!(log.contains(r#"<string key="fault" value="EDIT"/>"#));
}

#[tokio::test]
async fn the_same_log_gives_the_same_bytes_however_it_lies_in_parts() {
    let (_small_bench, small) = verified(told()).await;
    let (_large_bench, large) = verified_whole(told()).await;
    for format in [Format::Ocel, Format::Xes] {
        let (small, large) = (written(&small, format).await, written(&large, format).await);
        assert!(small == large, "{format:?}");
    }
}

#[tokio::test]
async fn an_empty_log_is_a_log() {
    let bench = Bench::with(Log::new()).await;
    let export = bench.verified().await;
    let (ocel, json) = written(&export, Format::Ocel).await;
    let (xes, _) = written(&export, Format::Xes).await;
    assert_eq!((ocel, xes), (WrittenLog { events: 0, subjects: 0 }, WrittenLog { events: 0, subjects: 0 }));
    serde_json::from_str::<Value>(&json).expect("JSON");
}
