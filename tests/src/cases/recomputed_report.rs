//! Every figure of the demonstration's report, computed again: by `report check`, and by Python with `DuckDB` from the documents alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use system_tests::harness::{Installation, python};

/// The policy that comes with the program, and what it says nothing of: how much harm may be.
const THRESHOLD: &str = "\n[lighter_review]\nharm_at_most_per_mille = 100\n";

/// Figures of a report that the demonstration gives at least.
const FIGURES_MIN: u64 = 2_000;

#[test]
fn a_second_tool_finds_the_same_figures_and_threads_change_no_byte() {
    let installation = Installation::new();
    installation.json(&["demo"]);
    let policy = installation.data_dir().join("with-threshold.toml");
    let text = installation.run(&["policy", "show"]).stdout;
    fs::write(&policy, format!("{text}{THRESHOLD}")).expect("written");
    let export = installation.data_dir().join("export/demo");
    let reports: Vec<_> = ["1", "2"]
        .into_iter()
        .map(|threads| {
            let out = installation.data_dir().join(format!("report-{threads}"));
            let (export, out_text, policy) = (path(&export), path(&out), path(&policy));
            let line = ["report", "--export", &export, "--out", &out_text, "--policy", &policy];
            let made = installation.command(&line).env("POLARS_MAX_THREADS", threads).output().expect("it starts");
            assert_done(&made);
            out
        })
        .collect();
    let (one, two) = (files(&reports[0]), files(&reports[1]));
    assert!(one.len() > 100 && one.keys().eq(two.keys()), "{:?}", one.keys());
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "`{name}` differs with the number of threads");
    }

    let json = reports[0].join("report.json");
    let checked = installation.json(&["report", "check", &path(&json), "--export", &path(&export)]);
    assert_eq!(checked["same"], true);

    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    let output = python().current_dir(scripts).args(["-m", "recomputed"]).arg(&export).arg(&json).output();
    let output = output.expect("Python starts");
    assert_done(&output);
    let found: Value = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    println!("{found}");
    assert_eq!(found["different"], 0, "{found}");
    assert!(found["figures"].as_u64() >= Some(FIGURES_MIN), "{found}");

    // The tables in Parquet are those of the JSON, to two other readers, with figures as figures.
    let output = python().arg("python/read_report.py").arg(&reports[0]).output().expect("Python starts");
    assert_done(&output);
    let read: Value = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    assert_eq!(read["different"], serde_json::json!([]), "{read}");
    assert_eq!(read["tables"], found["tables"], "{read}");
    assert!(read["values"].as_u64() >= Some(FIGURES_MIN), "{read}");
    for (column, of_type) in [("numerator", "uint64"), ("rate", "double"), ("small", "bool"), ("p50_ms", "uint64")] {
        assert_eq!(read["types"][column], of_type, "{column}");
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the files of a report and of its tables.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("csv"), folder.join("parquet")] {
        for item in fs::read_dir(&folder).expect("a folder") {
            let path = item.expect("a file").path();
            if path.is_file() {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).expect("bytes"));
            }
        }
    }
    files
}
