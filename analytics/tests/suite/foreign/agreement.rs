//! A report of a foreign log held against what was computed of the raw files.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::python::run;
use crate::bench::{Bench, verified_whole};
use crate::figures::{rates, table, written};
use crate::story::Story;

/// A report of a log.
pub struct Reported {
    pub bench: Bench,
    pub report: Value,
    _folder: tempfile::TempDir,
}

/// Exports a story and reports on it; every table is computed again from the export by the second tool.
pub async fn report(story: Story) -> Reported {
    let (bench, export) = verified_whole(story.log).await;
    let (folder, written) = written(&export).await;
    let recomputed = run("recomputed", &[&bench.export_folder(), &folder.path().join("report.json")]);
    assert_eq!(recomputed["different"], 0, "{recomputed}");
    Reported { bench, report: serde_json::from_str(&written.json).expect("JSON"), _folder: folder }
}

/// Asserts that the report has the figures of the raw files: `totals`, `rates` by table and group, `times` by table and group, and the rows of
/// other tables as far as they are given.
pub fn assert_agrees(report: &Value, name: &str, folder: &Path) -> Value {
    let raw = run("foreign", &[Path::new(name), folder]);
    println!("{name}: {raw}");
    for (total, expected) in members(&raw["totals"]) {
        assert_eq!(&report["totals"][total], expected, "{name}: {total}");
    }
    for (id, expected) in members(&raw["rates"]) {
        let expected: BTreeMap<String, (u64, u64)> = serde_json::from_value(expected.clone()).expect("counts");
        assert!(!expected.is_empty(), "{name}: `{id}` says nothing");
        assert_eq!(rates(report, id), expected, "{name}: {id}");
    }
    for (id, expected) in members(&raw["rows"]) {
        let expected = expected.as_array().expect("rows");
        let names: Vec<&String> = expected[0].as_object().expect("a row").keys().collect();
        let rows = table(report, id)["rows"].as_array().expect("rows");
        let cut = |row: &Value| names.iter().map(|&name| (name.clone(), row[name].clone())).collect::<Value>();
        assert_eq!(sorted(rows.iter().map(cut).collect()), sorted(expected.clone()), "{name}: {id}");
    }
    raw
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn sorted(mut rows: Vec<Value>) -> Vec<Value> {
    rows.sort_by_key(Value::to_string);
    rows
}
