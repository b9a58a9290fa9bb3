//! Bad input gets an answer that names the item and the reason; what is good goes on.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use system_tests::harness::Installation;

/// One proposal a line, as anybody may write them.
fn line(id: &str, action_type: &str, payload: &str) -> String {
    format!(
        "{{\"request_id\":\"{id}\",\"action_type\":\"{action_type}\",\"payload\":{payload},\"owner\":\"humans/anna\",\
         \"trigger\":{{\"source_system\":\"crm\",\"type\":\"note_added\",\"source_id\":\"{id}\"}},\
         \"record\":{{\"system\":\"crm\",\"object_type\":\"deal\",\"id\":\"D-1\"}},\
         \"evidence\":[{{\"kind\":\"record_field\",\"title\":\"Deal\",\"summary\":\"No account.\",\
         \"fields\":[{{\"name\":\"account\",\"value\":\"\"}}]}}],\
         \"confidence\":{{\"level\":\"high\",\"basis\":\"id_match\"}},\"reason\":\"The account is missing.\"}}"
    )
}

const GOOD: &str = r#"{"subject":"Call back","owner":"humans/anna","due":"2026-12-01"}"#;

#[test]
fn each_bad_line_is_named_and_the_others_go_on() {
    let installation = Installation::new();
    let huge = format!(r#"{{"subject":"{}","owner":"humans/anna","due":"2026-12-01"}}"#, "x".repeat(300 * 1024));
    let lines = [
        line("one", "create_task", GOOD),
        "{not json".to_owned(),
        line("three", "create_task", r#"{"subject":7,"owner":"humans/anna","due":"2026-12-01"}"#),
        line("four", "launch_rocket", GOOD),
        line("five", "create_task", &huge),
        line("six", "create_task", GOOD),
        line("one", "create_task", r#"{"subject":"Other","owner":"humans/anna","due":"2026-12-01"}"#),
    ];
    let file = installation.write("proposals.jsonl", &lines.join("\n"));
    let answer = installation.run(&["propose", file.to_str().expect("a readable path"), "--json"]);
    let told = answer.json();
    assert_eq!((&told["accepted"], &told["refused"]), (&2.into(), &5.into()), "{told}");
    answer.expect(1, &[]);
    let errors = told["errors"].as_array().expect("the errors");
    let error = |line: u64| {
        let found = errors.iter().find(|error| error["line"] == line);
        found.unwrap_or_else(|| panic!("line {line} is not named: {errors:?}")).to_string()
    };
    assert!(error(2).contains("JSON"));
    assert!(error(3).contains("PAYLOAD_INVALID") && error(3).contains("/subject"));
    assert!(error(4).contains("ACTION_TYPE_UNKNOWN") && error(4).contains("launch_rocket"));
    assert!(error(5).contains("ITEM_TOO_LARGE"));
    assert!(error(7).contains("REQUEST_ID_REUSED"));
    assert_eq!(installation.json(&["candidate", "list"])["candidates"].as_array().map(Vec::len), Some(2));

    // The same file again changes nothing.
    let again = installation.run(&["propose", file.to_str().expect("a readable path"), "--json"]).json();
    assert_eq!(again["replayed"], 2, "{again}");
    assert_eq!(installation.json(&["candidate", "list"])["candidates"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_export_with_a_missing_file_or_a_broken_date_is_named() {
    let installation = Installation::new();
    let export = installation.path("export");
    std::fs::create_dir(&export).expect("a folder can be made");
    let write = |name: &str, text: &str| std::fs::write(export.join(name), text).expect("a file can be written");
    write("accounts.csv", "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n");
    write("products.csv", "product,series,sales_price\nAlpha,A,100\n");
    write("sales_teams.csv", "sales_agent,manager,regional_office\nAnna Berg,Mara Lind,North\n");
    let demo = ["demo", "--input", export.to_str().expect("a readable path")];
    installation.run(&demo).expect(3, &["sales_pipeline.csv"]);

    let head = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n";
    write(
        "sales_pipeline.csv",
        &format!("{head}D1,Anna Berg,Alpha,,Engaging,13/45/2017,,\nD2,Anna Berg,Alpha,,Engaging,3/4/2017,,\n"),
    );
    let answer = installation.run(&[&demo[..], &["--json"]].concat());
    assert!(answer.stderr.contains("sales_pipeline.csv") && answer.stderr.contains("13/45/2017"), "{}", answer.stderr);
    assert!(answer.stderr.contains("line 2"), "{}", answer.stderr);
    // The other deal went on.
    let listed = installation.json(&["candidate", "list"]);
    let records: Vec<_> = listed["candidates"]
        .as_array()
        .expect("candidates")
        .iter()
        .map(|candidate| candidate["record"]["id"].as_str().expect("an id").to_owned())
        .collect();
    assert!(records.contains(&"D2".to_owned()) && !records.contains(&"D1".to_owned()), "{records:?}");
}

#[test]
fn unknown_words_and_files_are_usage_errors() {
    let installation = Installation::new();
    assert_eq!(installation.run(&["candidat"]).code, Some(2));
    assert_eq!(installation.run(&["candidate", "approve"]).code, Some(2));
    let answer = installation.run(&["propose", "/no/such/file.jsonl"]);
    answer.expect(3, &["/no/such/file.jsonl"]);
}

/// What is done to the key's files, and what the refusal to start must say about it.
type KeyFault = (&'static str, fn(&Path), &'static [&'static str]);

const KEY_FAULTS: [KeyFault; 6] = [
    ("not a key", |key| write_key(key, "not a key\n"), &["64 hexadecimal digits", "put back the key file"]),
    ("open to others", |key| set_mode(key, 0o644), &["can be read by others (mode 0644)", "chmod 600"]),
    ("lost", |key| std::fs::remove_file(key).expect("removed"), &["is not there", "put back the key file"]),
    ("another", |key| write_key(key, &format!("{}\n", "07".repeat(32))), &["not the public half", "put back the pair"]),
    ("another, its public half gone", another_pair, &["not signed by the signing key", "put back the key file"]),
    ("unreadable", unreadable, &["can not be used", "belongs to this user"]),
];

#[test]
fn a_wrong_or_unreadable_signing_key_is_refused_at_the_start() {
    let original = Installation::new();
    let file = original.write("proposals.jsonl", &line("one", "create_task", GOOD));
    original.json(&["propose", file.to_str().expect("a readable path")]);
    let sealed = original.json(&["ledger", "verify"])["logs"][0]["signed_size"].clone();
    assert_eq!(sealed, 1, "there is a checkpoint that another key did not sign");
    for (what, fault, words) in KEY_FAULTS {
        let installation = original.duplicate();
        let key = installation.data_dir().join("keys").join("ledger.key");
        fault(&key);
        let answer = installation.run(&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        let named = if what.contains("its public half gone") { "ledger.db" } else { "ledger." };
        answer.expect(3, &[words, &[named]].concat());
        assert!(!answer.stderr.contains("0707"), "`{what}`: the key is shown");
    }
}

fn write_key(key: &Path, text: &str) {
    std::fs::write(key, text).expect("written");
    set_mode(key, 0o600);
}

fn set_mode(key: &Path, mode: u32) {
    std::fs::set_permissions(key, std::fs::Permissions::from_mode(mode)).expect("its owner may");
}

fn another_pair(key: &Path) {
    std::fs::remove_file(key.with_extension("pub")).expect("removed");
    write_key(key, &format!("{}\n", "07".repeat(32)));
}

/// A folder where the file should be can be read by nobody, whoever runs this.
fn unreadable(key: &Path) {
    std::fs::remove_file(key).expect("removed");
    std::fs::create_dir(key).expect("made");
}
