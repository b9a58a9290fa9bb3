//! The main job: one command runs the whole loop.

use std::path::Path;

use serde_json::Value;

use system_tests::harness::Installation;

/// The states that a finished demonstration leaves candidates in. Nothing is under way.
const UNDER_WAY: [&str; 2] = ["APPROVED", "EXECUTING"];

#[test]
fn the_demonstration_runs_the_whole_loop_on_its_own_input() {
    let installation = Installation::new();
    let summary = installation.json(&["demo", "--seed", "7"]);
    check_summary(&summary);

    // Everything it says can be looked up afterwards.
    let verified = installation.json(&["ledger", "verify"]);
    assert_eq!(verified["logs"][0]["size"], summary["ledger_size"]);
    assert_eq!(verified["logs"][0]["root"], summary["ledger_root"]);
    let report = summary["report"].as_str().expect("a path");
    let folder = Path::new(report).parent().expect("the report lies in a folder");
    for file in ["report.html", "report.md", "report.json"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("the report has every format");
        assert!(text.contains("create_task"), "{file} speaks of the action types");
    }

    // A second run finds everything done.
    let again = installation.json(&["demo", "--seed", "7"]);
    for field in ["candidates_by_state", "candidates_total", "executions", "ledger_size", "ledger_root"] {
        assert_eq!(again[field], summary[field], "{field}");
    }
}

#[test]
fn without_reviewers_everything_waits_for_a_person() {
    let installation = Installation::new();
    let summary = installation.json(&["demo", "--reviewers", "none"]);
    assert_eq!(summary["executions"], 0);
    let states = summary["candidates_by_state"].as_object().expect("states with counts");
    let waiting = ["PROPOSED", "NEEDS_EVIDENCE", "NEEDS_OWNER"];
    assert!(states.keys().all(|state| waiting.contains(&state.as_str())), "{states:?}");
    assert!(summary["candidates_total"].as_u64().expect("a count") > 50);
}

#[test]
fn the_demonstration_carries_a_real_export_through() {
    let input = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/crm_sales");
    assert!(input.is_dir(), "the real CRM export is missing: {} is not a folder", input.display());
    let installation = Installation::new();
    let summary = installation.json(&["demo", "--input", input.to_str().expect("a readable path")]);
    check_summary(&summary);
    assert!(summary["candidates_total"].as_u64().expect("a count") > 2_000, "{summary}");
}

fn check_summary(summary: &Value) {
    assert_eq!(summary["verified"], true);
    let states = summary["candidates_by_state"].as_object().expect("states with counts");
    let total: u64 = states.values().map(|count| count.as_u64().expect("a count")).sum();
    assert_eq!(summary["candidates_total"], total);
    for state in ["EXECUTED", "REJECTED", "HELD"] {
        assert!(states.contains_key(state), "no candidate is {state}: {states:?}");
    }
    for state in UNDER_WAY {
        assert!(!states.contains_key(state), "a candidate is still {state}");
    }
    let executions = summary["executions"].as_u64().expect("a count");
    assert!(executions >= states["EXECUTED"].as_u64().expect("a count"));
    // Each candidate's proposal and each execution's start and end are entries of their own.
    assert!(summary["ledger_size"].as_u64().expect("a size") >= total + 2 * executions);
    assert_eq!(summary["ledger_root"].as_str().expect("a root").len(), 64);
    assert!(summary["sync_p50_ms"].as_f64().expect("a time") > 0.0);
    assert!(summary["rates"].as_object().is_some_and(|rates| !rates.is_empty()));
}
