//! A person asks to be forgotten: what was said of them is gone from every file, and everything that was proved stays proved.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use ledger_format::sha256;
use system_tests::harness::{Installation, Server};

/// Words that stand nowhere but where somebody said them. Each is said in another place.
const SAID: [&str; 12] = [
    "zq-payload-anna-0170",
    "zq-record-display",
    "zq-summary-lost-job",
    "zq-evidence-letter",
    "zq-evidence-field",
    "zq-reason-overdue",
    "zq-unknown-address",
    "zq-edit-note",
    "zq-edit-value",
    "zq-hold-reason",
    "zq-approve-note",
    "zq-rework-reason",
];

fn propose(installation: &Installation) -> String {
    let line = r#"{"request_id":"forget-1","action_type":"create_task","owner":"humans/anna",
        "payload":{"subject":"zq-payload-anna-0170","owner":"humans/anna","due":"2026-11-30"},
        "trigger":{"source_system":"crm","type":"deal_changed","source_id":"zq-source-77"},
        "record":{"system":"crm","object_type":"deal","id":"zq-record-77","display_name":"zq-record-display"},
        "context_summary":"zq-summary-lost-job",
        "evidence":[{"kind":"record_field","title":"Deal","summary":"zq-evidence-letter",
        "fields":[{"name":"account","value":"zq-evidence-field"}]}],
        "known_unknowns":["zq-unknown-address"],"missing_fields":["account"],
        "confidence":{"level":"high","basis":"id_match"},"reason":"zq-reason-overdue"}"#
        .replace('\n', " ");
    let file = installation.write("forget.jsonl", &line);
    let told = installation.json(&["propose", file.to_str().expect("a readable path")]);
    assert_eq!(told["accepted"], 1, "{told}");
    fs::remove_file(file).expect("it is not among what is looked through");
    let listed = installation.json(&["candidate", "list"]);
    listed["candidates"][0]["name"].as_str().expect("a name").to_owned()
}

/// Every file below a folder, but those of the target system.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).expect("a folder") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if !path.file_name().expect("a name").to_string_lossy().starts_with("sandbox.db") {
            files.push(path);
        }
    }
    files
}

/// Every way in which a text could stand in a file: as it is, in digits, in two bytes a letter, and in base64 at each of three places.
fn guises(text: &str) -> Vec<Vec<u8>> {
    let mut guises = vec![
        text.as_bytes().to_vec(),
        hex::encode(text).into_bytes(),
        hex::encode_upper(text).into_bytes(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    for shift in 0..3 {
        let shifted = [vec![0; shift], text.as_bytes().to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(shifted);
        // The letters that the neighbours share are left out.
        guises.push(encoded.as_bytes()[(shift * 4).div_ceil(3)..encoded.len() - 1].to_vec());
    }
    guises
}

fn assert_nowhere(folders: &[&Path], needle: &[u8], what: &str) {
    for path in folders.iter().flat_map(|folder| files_below(folder)) {
        let bytes = fs::read(&path).expect("a readable file");
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "`{what}` stands in `{}`", path.display());
    }
}

fn stands_somewhere(folder: &Path, needle: &[u8]) -> bool {
    files_below(folder)
        .iter()
        .any(|path| fs::read(path).expect("a readable file").windows(needle.len()).any(|window| window == needle))
}

fn root(installation: &Installation) -> Value {
    installation.json(&["ledger", "show"])["root"].clone()
}

#[test]
fn a_forgotten_candidate_is_in_no_file_and_every_proof_stands() {
    let installation = Installation::new();
    let server = Server::start(&installation);
    let name = propose(&installation);
    let does = |arguments: &[&str]| installation.json(&[&["candidate"], arguments].concat());
    does(&["hold", &name, "--until-evidence", "--reason", "zq-hold-reason"]);
    does(&["release", &name]);
    does(&["edit", &name, "--set", "/subject=zq-edit-value", "--note", "zq-edit-note"]);
    // Who edited it does not approve it: that takes another person.
    let rita = installation.write("rita.token", &installation.token("human", "rita", "reviewer"));
    let rita = rita.to_str().expect("a readable path");
    does(&["approve", &name, "--yes", "--note", "zq-approve-note", "--wait", "--token-file", rita]);
    let executed = does(&["show", &name]);
    assert_eq!(executed["candidate"]["state"], "EXECUTED");
    let payload = executed["candidate"]["payload"]["canonical_json"].as_str().expect("a payload").to_owned();
    does(&["rework", &name, "--fault", "proposal", "--reason", "zq-rework-reason"]);
    let proof = installation.path("approval.tlog-proof");
    let history = executed["history"].as_array().expect("a history");
    let approved = history.iter().find(|event| event["kind"] == "candidate_approved").expect("approved");
    let index = approved["entry_index"].to_string();
    let proved = installation.run(&["ledger", "prove", &index]);
    assert_eq!(proved.code, Some(0), "{}", proved.stderr);
    fs::write(&proof, &proved.stdout).expect("written");
    let export = installation.path("export-before");
    let out = export.to_str().expect("a readable path");
    installation.json(&["ledger", "export", "--out", out]);
    let size = installation.json(&["ledger", "show"])["size"].as_u64().expect("a size");
    let root_before = root(&installation);
    for words in SAID {
        assert!(stands_somewhere(&installation.data_dir(), words.as_bytes()), "`{words}` was said");
    }

    let erased = installation.json(&[
        "ledger",
        "erase",
        &name,
        "--reason",
        "she asked",
        "--authority",
        "Art. 17, request 114",
        "--yes",
    ]);
    assert_eq!(erased["candidate_erased"], true, "{erased}");
    let erasure = erased["entry_index"].as_u64().expect("an index");
    assert!(erasure >= size, "{erased}");
    assert!(erased["erased_entries"].as_u64().expect("a count") >= 8, "{erased}");
    let shown = does(&["show", &name]);
    assert_eq!(shown["candidate"]["state"], "REWORK");
    assert_eq!(shown["candidate"]["erased"]["entry_index"], erasure, "{shown}");
    let refused = installation.run(&["candidate", "edit", &name, "--set", "/subject=anything", "--note", "again"]);
    refused.expect(1, &["CONTENT_ERASED"]);
    let entry = installation.json(&["ledger", "show", &index]);
    assert_eq!((&entry["erased"], &entry["event"]), (&Value::Bool(true), &Value::Null), "{entry}");
    let again = installation.run(&["ledger", "prove", &index]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);

    let (status, _) = server.terminate();
    assert!(status.success());
    let folders = [installation.data_dir(), export.clone()];
    let folders: Vec<&Path> = folders.iter().map(PathBuf::as_path).collect();
    for words in SAID.into_iter().chain(["zq-source-77", "zq-record-77", payload.as_str()]) {
        for guise in guises(words) {
            assert_nowhere(&folders, &guise, words);
        }
    }
    let hash = sha256(&[payload.as_bytes()]);
    assert_nowhere(&folders, hash.as_bytes(), "the plain hash of the payload");
    assert_nowhere(&folders, hex::encode(hash.as_bytes()).as_bytes(), "the plain hash of the payload, in digits");

    installation.json(&["ledger", "verify"]);
    installation.json(&["ledger", "verify-export", out]);
    let checked = installation.run(&["ledger", "check", proof.to_str().expect("a readable path")]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert_ne!(root(&installation), root_before, "the erasure itself is recorded");
    let now = installation.json(&["ledger", "show", &index]);
    assert_eq!(now["leaf_hash"], entry["leaf_hash"]);
}

#[test]
fn a_hold_refuses_until_it_is_lifted() {
    let installation = Installation::new();
    let name = propose(&installation);
    let erase =
        || installation.run(&["ledger", "erase", &name, "--reason", "she asked", "--authority", "Art. 17", "--yes"]);
    installation.json(&["ledger", "hold", "workspaces/demo", "--reason", "an inquiry"]);
    erase().expect(1, &["LEGAL_HOLD_STANDS", "workspaces/demo"]);
    let holds = installation.json(&["ledger", "holds"]);
    assert_eq!(holds["legal_holds"][0]["reason"], "an inquiry", "{holds}");
    installation.json(&["ledger", "release-hold", "workspaces/demo", "--reason", "closed"]);
    assert_eq!(erase().code, Some(0));
    // Nobody can be asked here, and nobody erases by accident.
    installation.run(&["ledger", "erase", &name, "--reason", "r", "--authority", "a"]).expect(2, &["--yes"]);
    installation.json(&["ledger", "verify"]);
}
