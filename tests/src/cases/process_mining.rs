//! A process mining tool reads the logs that are written for it, and counts in them what the report says.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use system_tests::harness::{Installation, python};

#[test]
fn pm4py_counts_in_both_logs_what_the_report_says() {
    let installation = Installation::new();
    let summary = installation.json(&["demo"]);
    let export = installation.data_dir().join("export/demo");
    let export = export.to_str().expect("a path in UTF-8");
    let report = installation.path("report");
    installation.json(&["report", "--export", export, "--out", report.to_str().expect("a path in UTF-8")]);
    let report: Value = serde_json::from_slice(&fs::read(report.join("report.json")).expect("a report")).expect("JSON");
    let files = ["ocel", "xes"].map(|format| {
        let file = installation.path(&format!("events.{format}"));
        let out = file.to_str().expect("a path in UTF-8");
        let told = installation.json(&["report", "events", "--export", export, "--format", format, "--out", out]);
        (file, told)
    });

    let output = python().arg("python/mined.py").args(files.iter().map(|(file, _)| file)).output();
    let output = output.expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    println!("{found}");

    let (ocel, xes) = (&found["ocel"], &found["xes"]);
    let count = |value: &Value| value.as_u64().expect("a count");
    let entries = count(&report["totals"]["entries"]);
    assert_eq!((count(&summary["ledger_size"]), count(&ocel["events"])), (entries, entries));
    assert_eq!([&files[0].1["events"], &files[1].1["events"]], [&ocel["events"], &xes["events"]]);
    let objects: BTreeMap<String, u64> = serde_json::from_value(ocel["objects"].clone()).expect("counts");
    assert_eq!(objects.values().sum::<u64>(), count(&files[0].1["objects"]));
    let candidates = count(&report["totals"]["candidates"]) + count(&report["totals"]["candidates_left_out"]);
    assert_eq!((objects["candidate"], count(&files[1].1["traces"])), (candidates, candidates));
    let started = count(&xes["kinds"]["execution_started"]);
    assert_eq!(objects["execution_attempt"], started, "every start is an attempt of its own");

    let rework = &table(&report, "rework-by-all")[0];
    for log in [ocel, xes] {
        assert_eq!(count(&log["candidates"]), candidates);
        assert_eq!([&log["sent_back"], &log["executed"]], [&rework["numerator"], &rework["denominator"]]);
        assert!(count(&log["sent_back"]) > 0, "the demonstration has rework");
    }
    assert_eq!([&ocel["kinds"], &ocel["evidence_added"]], [&xes["kinds"], &xes["evidence_added"]]);
    for row in table(&report, "readings").iter().filter(|row| !xes["kinds"][text(&row["kind"])].is_null()) {
        assert_eq!(xes["kinds"][text(&row["kind"])], row["entries"], "{row}");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn table<'r>(report: &'r Value, id: &str) -> &'r [Value] {
    let questions = report["questions"].as_array().expect("questions");
    let mut tables = questions.iter().flat_map(|question| question["tables"].as_array().expect("tables"));
    tables.find(|table| table["id"] == id).expect("the table")["rows"].as_array().expect("rows")
}
