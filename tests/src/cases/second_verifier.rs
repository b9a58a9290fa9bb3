//! The verifier of `tests/verifier`, made from the documents alone, against the one that is shipped.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use system_tests::harness::{Answer, Installation, judge, python};

/// How many cases both verifiers judge.
const CASES: usize = 2_000;

/// What the cases are drawn from: each run the same ones, and `COUNTERSIGN_TEST_SEED` other ones.
const SEED: &str = "1";

#[test]
fn both_verifiers_give_the_same_verdict_on_every_case() {
    let seed = std::env::var("COUNTERSIGN_TEST_SEED").unwrap_or_else(|_| SEED.to_owned());
    let installation = filled();
    let export = installation.data_dir().join("export/demo");
    let out = installation.path("altered");
    let output = python()
        .args(["-m", "verifier", "sample", "--seed", &seed, "--count", &CASES.to_string()])
        .args([Path::new("--export"), &export, Path::new("--out"), &out])
        .output()
        .expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cases = String::from_utf8(output.stdout).expect("the sample is text");
    let cases: Vec<Value> = cases.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect();
    assert_eq!(cases.len(), CASES);

    let mut verdicts = BTreeMap::<&str, [usize; 2]>::new();
    let mut differing = Vec::new();
    for case in &cases {
        let (ours, theirs) = (judge(case), &case["verdict"]);
        let verifies = theirs["verifies"].as_bool().expect("a verdict");
        verdicts.entry(case["family"].as_str().expect("a family")).or_default()[usize::from(verifies)] += 1;
        if ours != *theirs {
            let input = case["input"].to_string().chars().take(2_000).collect::<String>();
            differing
                .push(format!("{}: {}\n  ours {ours}\n  theirs {theirs}\n  {input}", case["number"], case["change"]));
        }
    }
    println!("seed {seed}: refused and verified by family: {verdicts:?}");
    assert!(differing.is_empty(), "seed {seed}: {} differ\n{}", differing.len(), differing.join("\n"));
    for (family, [refused, verified]) in verdicts {
        let always = ["tree", "tile"].contains(&family);
        assert!(verified > 0 && (always || refused > 0), "`{family}` has cases of one verdict only");
    }
}

#[test]
fn the_second_verifier_agrees_with_what_a_data_folder_holds() {
    let installation = filled();
    let verified = installation.json(&["ledger", "verify"]);
    let (size, root) = (&verified["logs"][0]["size"], &verified["logs"][0]["root"]);
    let data = installation.data_dir();
    let path = |name: &str| data.join(name).to_str().expect("a readable path").to_owned();
    let key = path("keys/ledger.pub");

    let content_keys = path("content-keys.db");
    let audited = second(&["ledger", &path("ledger.db"), "--key", &key, "--content-keys", &content_keys]);
    audited.expect(0, &[]);
    let log = &audited.json()["logs"][0];
    assert_eq!((&log["size"], &log["root"], &log["contents"]), (size, root, size), "{log}");

    let export_key = path("keys/export.pub");
    let export = ["export", &path("export/demo"), "--key", &key, "--export-key", &export_key];
    let exported = second(&[&export[..], &["--content-keys", &content_keys]].concat());
    exported.expect(0, &[]);
    let exported = exported.json();
    assert_eq!((&exported["size"], &exported["root"], &exported["exporter_pinned"]), (size, root, &true.into()));

    let proof = installation.path("entry.tlog-proof");
    let proof = proof.to_str().expect("a readable path");
    installation.run(&["ledger", "prove", "7", "--out", proof]).expect(0, &[]);
    let proved = second(&["proof", proof, "--key", &key]);
    proved.expect(0, &[]);
    let shown = installation.json(&["ledger", "check", proof, "--key", &key]);
    for field in ["index", "size", "root", "leaf"] {
        assert_eq!(proved.json()[field], shown[field], "{field}");
    }

    // Another log's key speaks for none of it; a file that is not there is no verdict.
    for (command, file) in [("ledger", &path("ledger.db")), ("export", &path("export/demo")), ("proof", &proof.into())]
    {
        second(&[command, file, "--key", &path("keys/export.pub")]).expect(1, &["refused"]);
        second(&[command, "nowhere", "--key", &key]).expect(3, &["cannot be read"]);
    }
    second(&["ledger", &path("ledger.db")]).expect(2, &["--key"]);
}

#[test]
fn the_second_verifier_recomputes_the_golden_vectors() {
    let vectors = second(&["vectors", "../ledger-format/testdata"]);
    vectors.expect(0, &[]);
    assert_eq!(vectors.json()["entries"], 7);
}

/// A data folder with a ledger and an export of it.
fn filled() -> Installation {
    let installation = Installation::new();
    installation.json(&["demo"]);
    installation
}

/// Runs the second verifier.
fn second(arguments: &[&str]) -> Answer {
    python().args(["-m", "verifier", "--json"]).args(arguments).output().expect("Python starts").into()
}
