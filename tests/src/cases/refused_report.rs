//! No report is made from an export that is not whole: the command names what is wrong, ends with 1, and writes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use system_tests::harness::Installation;

/// What is done to an export, and what the refusal must say of it.
type Fault = (&'static str, fn(&Path), &'static [&'static str]);

const FAULTS: [Fault; 5] = [
    ("a byte of a part", |export| flip(&export.join("part-000000.parquet")), &["part-000000.parquet"]),
    ("a byte of contents", |export| flip(&export.join("contents-000000.parquet")), &["contents-000000.parquet"]),
    ("a part is missing", |export| remove(&export.join("part-000000.parquet")), &["part-000000.parquet"]),
    ("the manifest is missing", |export| remove(&export.join("manifest.json")), &["manifest"]),
    ("the signature is missing", |export| remove(&export.join("manifest.sig")), &["manifest.sig"]),
];

fn flip(file: &Path) {
    let mut bytes = fs::read(file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).expect("written");
}

fn remove(file: &Path) {
    fs::remove_file(file).expect("removed");
}

/// An installation with one proposal and its export.
fn exported(id: &str) -> (Installation, PathBuf) {
    let installation = Installation::new();
    let line = format!(
        r#"{{"request_id":"{id}","action_type":"create_task","owner":"humans/anna",
        "payload":{{"subject":"Call back","owner":"humans/anna","due":"2026-12-01"}},
        "trigger":{{"source_system":"crm","type":"deal_changed","source_id":"{id}"}},
        "record":{{"system":"crm","object_type":"deal","id":"D-1"}},
        "evidence":[{{"kind":"record_field","title":"Deal","summary":"No account.",
        "fields":[{{"name":"account","value":""}}]}}],
        "confidence":{{"level":"high","basis":"id_match"}},"reason":"The account is missing."}}"#
    );
    let file = installation.write("proposals.jsonl", &line.replace('\n', " "));
    assert_eq!(installation.json(&["propose", text(&file)])["accepted"], 1);
    let export = installation.path("export");
    installation.json(&["ledger", "export", "--out", text(&export)]);
    (installation, export)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn an_export_that_is_not_whole_gives_no_report_and_no_check_of_one() {
    let (installation, export) = exported("one");
    let report = installation.path("report");
    installation.run(&["report", "--export", text(&export), "--out", text(&report)]).expect(0, &[]);
    let json = report.join("report.json");
    let policy = installation.write("policy.toml", &installation.run(&["policy", "show"]).stdout);
    for (what, fault, words) in FAULTS {
        let broken = installation.path("broken");
        copy(&export, &broken);
        fault(&broken);
        let out = installation.path("refused");
        for line in [
            &["report", "--export", text(&broken), "--out", text(&out)][..],
            &["report", "check", text(&json), "--export", text(&broken)],
            &["policy", "backtest", text(&policy), "--export", text(&broken)],
        ] {
            let answer = installation.run(line);
            answer.expect(1, words);
            assert_eq!(answer.stdout, "", "`{what}`: a figure is told");
        }
        assert!(!out.exists(), "`{what}`: something was written");
        fs::remove_dir_all(&broken).expect("removed");
    }
}

#[test]
fn a_manifest_of_another_log_and_a_report_of_another_export_are_refused() {
    let (installation, export) = exported("one");
    let (other, others) = exported("two");
    let report = other.path("report");
    other.run(&["report", "--export", text(&others), "--out", text(&report)]).expect(0, &[]);
    let json = report.join("report.json");
    let check = ["report", "check", text(&json), "--export", text(&export)];
    installation.run(&check).expect(1, &["the report is of", "the export of"]);

    for name in ["manifest.json", "manifest.sig"] {
        fs::copy(others.join(name), export.join(name)).expect("copied");
    }
    let out = installation.path("refused");
    let answer = installation.run(&["report", "--export", text(&export), "--out", text(&out)]);
    answer.expect(1, &["is not to be believed", "carries no signature by"]);
    assert!(!out.exists());

    let nowhere = installation.path("nowhere");
    let answer = installation.run(&["report", "--export", text(&nowhere), "--out", text(&out)]);
    answer.expect(3, &["nowhere", "ledger export"]);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("made");
    for item in fs::read_dir(from).expect("a folder") {
        let path = item.expect("a file").path();
        fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
}
