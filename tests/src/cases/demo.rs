//! The main job: one command runs the whole loop.

use std::path::Path;

use serde_json::Value;

use system_tests::harness::{Installation, Server};

/// What a run ends with, whatever else stands in its folder.
const TOTALS: [&str; 3] = ["candidates_by_state", "candidates_total", "executions"];

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

#[test]
fn with_a_running_server_the_demonstration_is_done_by_it() {
    let undisturbed = Installation::new().json(&["demo", "--seed", "7"]);
    let installation = Installation::new();
    let server = Server::start(&installation);
    // The server has never heard of the second workspace when it starts.
    for workspace in ["demo", "later"] {
        let summary = installation.json(&["demo", "--seed", "7", "--workspace", workspace]);
        check_summary(&summary);
        assert_same(&summary, &undisturbed, workspace);
        assert_eq!(summary["ledger_size"], undisturbed["ledger_size"]);
    }

    let tokens = installation.json(&["token", "list"]);
    let tokens = tokens["tokens"].as_array().expect("a list");
    let lives = |token: &&Value| token["revoke_time"].is_null();
    assert!(tokens.len() > 10, "callers have tokens of their own: {tokens:?}");
    assert_eq!(
        tokens.iter().filter(lives).count(),
        3,
        "the admin's, the local proposer's and the local executor's are left: {tokens:?}"
    );
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");
    assert_eq!(left_beside_databases(&installation), [""; 0]);
}

#[test]
fn two_seeds_in_one_folder_do_not_disturb_each_other() {
    let shared = Installation::new();
    for seed in ["1", "2", "1"] {
        let alone = Installation::new().json(&["demo", "--seed", seed]);
        let beside = shared.json(&["demo", "--seed", seed]);
        assert_same(&beside, &alone, seed);
    }
}

#[test]
fn two_workspaces_in_one_folder_do_not_disturb_each_other() {
    let installation = Installation::new();
    let first = installation.json(&["demo", "--workspace", "w1"]);
    let second = installation.json(&["demo", "--workspace", "w2"]);
    assert_same(&second, &first, "w2");
    assert_eq!((&second["ledger_size"], &second["candidates_of_others"]), (&first["ledger_size"], &0.into()));
}

#[test]
fn a_later_export_is_proposed_on_where_it_says_something_new() {
    let installation = Installation::new();
    let export = copy_export(&installation, |deals| deals);
    let arguments = ["demo", "--input", export.as_str()];
    let before = installation.json(&arguments);
    copy_export(&installation, |mut deals| {
        let won = deals.iter_mut().find(|deal| deal.contains(",Won,") && !deal.contains('"')).expect("a won deal");
        let worth = won.rsplit(',').next().expect("a value").to_owned();
        *won = won.replacen(&format!(",{worth}"), ",999999", 1);
        // A line that moves changes nothing.
        deals.swap(0, 1);
        deals
    });
    let after = installation.json(&arguments);
    assert_eq!(after["proposals_refused"], 0);
    let total = |summary: &Value, field: &str| summary[field].as_u64().expect("a count");
    let there = total(&after, "candidates_total") + total(&after, "candidates_of_others");
    assert_eq!(there, total(&before, "candidates_total") + 1, "one deal says something new");
    assert_eq!(total(&after, "candidates_of_others"), 0, "what was proposed before is of this run, too");
}

#[test]
fn rows_that_are_left_out_are_counted_and_named_to_the_end() {
    let installation = Installation::new();
    let export = copy_export(&installation, |mut deals| {
        deals[2] = deals[2].replacen("2025", "soon", 1);
        deals[4].push_str(",one more");
        deals
    });
    let summary = installation.json(&["demo", "--input", &export, "--reviewers", "none"]);
    assert_eq!(summary["left_out"]["count"], 2);
    let first = &summary["left_out"]["first"][0];
    assert_eq!((first["file"].as_str(), first["line"].as_u64()), (Some("sales_pipeline.csv"), Some(4)));
    assert!(first["reason"].as_str().is_some_and(|reason| reason.contains("soon")), "{first}");

    let answer = installation.run(&["demo", "--input", &export, "--reviewers", "none"]);
    answer.expect(0, &["left out: sales_pipeline.csv line 6"]);
    assert!(answer.stdout.contains("2 rows of the input"), "{}", answer.stdout);
    assert!(answer.stderr.lines().count() <= 12, "few lines of progress: {}", answer.stderr);
}

fn assert_same(found: &Value, expected: &Value, which: &str) {
    for field in TOTALS {
        assert_eq!(found[field], expected[field], "{field} of `{which}`");
    }
}

/// Returns the names of write-ahead logs and the like.
fn left_beside_databases(installation: &Installation) -> Vec<String> {
    let names = std::fs::read_dir(installation.data_dir()).expect("the data folder can be read");
    let names = names.map(|item| item.expect("it can be read").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with("-wal") || name.ends_with("-shm")).collect()
}

/// Copies the export that comes with the program beside the data folder, its deals changed, line by line.
fn copy_export(installation: &Installation, change: impl FnOnce(Vec<String>) -> Vec<String>) -> String {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../countersign/demo-data");
    let to = installation.path("export");
    std::fs::create_dir_all(&to).expect("a folder can be made");
    for file in ["accounts.csv", "products.csv", "sales_teams.csv", "inquiries.jsonl"] {
        std::fs::copy(from.join(file), to.join(file)).expect("the file can be copied");
    }
    let deals = std::fs::read_to_string(from.join("sales_pipeline.csv")).expect("it is there");
    let (head, deals) = deals.split_once('\n').expect("there are deals under a head line");
    let deals = change(deals.lines().map(str::to_owned).collect());
    std::fs::write(to.join("sales_pipeline.csv"), format!("{head}\n{}\n", deals.join("\n")))
        .expect("it can be written");
    to.to_str().expect("a readable path").to_owned()
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

#[test]
fn an_input_in_which_the_rules_find_nothing_is_no_failure() {
    let installation = Installation::new();
    let export = copy_export(&installation, |_| Vec::new());
    std::fs::remove_file(Path::new(&export).join("inquiries.jsonl")).expect("it is there");
    let summary = installation.json(&["demo", "--input", &export]);
    assert_eq!((&summary["candidates_total"], &summary["ledger_size"]), (&0.into(), &0.into()), "{summary}");
    assert_eq!(summary["verified"], true);
    assert!(Path::new(summary["report"].as_str().expect("a path")).exists());
}
