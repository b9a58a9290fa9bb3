//! A person's day with the command line: every decision, by its own command, without a server and with one.

use std::fs;

use serde_json::Value;

use system_tests::harness::{Installation, Server};

fn propose(installation: &Installation, count: usize) -> Vec<String> {
    let lines: Vec<String> = (0..count)
        .map(|number| {
            format!(
                r#"{{"request_id":"story-{number}","action_type":"create_task","owner":"humans/anna",
                "payload":{{"subject":"Ask for the account","owner":"humans/anna","due":"2026-11-30"}},
                "trigger":{{"source_system":"crm","type":"deal_changed","source_id":"story-{number}"}},
                "record":{{"system":"crm","object_type":"deal","id":"S-{number}"}},
                "evidence":[{{"kind":"record_field","title":"Deal","summary":"The account field is empty.",
                "fields":[{{"name":"account","value":""}}]}}],
                "known_unknowns":["which account"],"missing_fields":["account"],
                "confidence":{{"level":"high","basis":"id_match"}},"reason":"The account is missing."}}"#
            )
            .replace('\n', " ")
        })
        .collect();
    let file = installation.write("story.jsonl", &lines.join("\n"));
    let told = installation.json(&["propose", file.to_str().expect("a readable path")]);
    assert_eq!(told["accepted"], count, "{told}");
    let listed = installation.json(&["candidate", "list"]);
    let candidates = listed["candidates"].as_array().expect("candidates");
    candidates.iter().map(|candidate| candidate["name"].as_str().expect("a name").to_owned()).collect()
}

fn state(installation: &Installation, name: &str) -> Value {
    installation.json(&["candidate", "show", name])["candidate"]["state"].clone()
}

#[test]
fn every_decision_has_its_command() {
    let installation = Installation::new();
    let names = propose(&installation, 8);
    let does = |arguments: &[&str]| installation.json(&[&["candidate"], arguments].concat());

    does(&["edit", &names[0], "--set", "/due=2026-12-02", "--note", "after the holiday"]);
    assert_eq!(state(&installation, &names[0]), "EDITED");
    does(&["reject", &names[1], "--reason", "duplicate", "--note", "done by phone"]);
    assert_eq!(state(&installation, &names[1]), "REJECTED");
    does(&["hold", &names[2], "--until-evidence", "--reason", "budget freeze"]);
    assert_eq!(state(&installation, &names[2]), "HELD");
    does(&["release", &names[2]]);
    assert_eq!(state(&installation, &names[2]), "PROPOSED");
    does(&["request-evidence", &names[3], "--question", "Which account is it?"]);
    assert_eq!(state(&installation, &names[3]), "NEEDS_EVIDENCE");
    does(&["add-evidence", &names[3], "--kind", "note", "--title", "Call", "--summary", "It is the second one."]);
    assert_eq!(state(&installation, &names[3]), "PROPOSED");
    does(&["assign", &names[4], "--owner", "humans/ben"]);
    does(&["withdraw", &names[5], "--reason", "no longer true"]);
    assert_eq!(state(&installation, &names[5]), "WITHDRAWN");

    // What is over is over, and the refusal says what could be done instead.
    let answer = installation.run(&["candidate", "approve", &names[1], "--yes"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stderr);
    assert!(answer.stderr.contains("REJECTED") && answer.stderr.contains("TRANSITION_ILLEGAL"), "{}", answer.stderr);

    // Stale eyes and other bytes are refused.
    let stale = installation.run(&["candidate", "approve", &names[4], "--yes", "--etag", "r1"]);
    assert_eq!(stale.code, Some(1));
    assert!(stale.stderr.contains("ETAG_STALE"), "{}", stale.stderr);
    let other = "00".repeat(32);
    let wrong = installation.run(&["candidate", "approve", &names[4], "--yes", "--digest", &other]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.stderr.contains("DIGEST_MISMATCH"), "{}", wrong.stderr);
    assert_eq!(state(&installation, &names[4]), "PROPOSED");

    installation.json(&["ledger", "verify"]);
}

#[test]
fn an_approved_candidate_is_executed_and_its_story_is_told() {
    let installation = Installation::new();
    let server = Server::start(&installation);
    let names = propose(&installation, 2);
    installation.json(&["candidate", "approve", &names[0], "--yes", "--wait"]);
    let shown = installation.json(&["candidate", "show", &names[0]]);
    assert_eq!(shown["candidate"]["state"], "EXECUTED");
    let kinds: Vec<&str> = shown["history"]
        .as_array()
        .expect("a history")
        .iter()
        .map(|event| event["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds, ["candidate_proposed", "candidate_approved", "execution_started", "candidate_executed"]);

    // The proof of the approval stands by itself.
    let proof = installation.run(&["ledger", "prove", shown["history"][1]["entry_index"].to_string().as_str()]);
    assert_eq!(proof.code, Some(0), "{}", proof.stderr);
    assert!(proof.stdout.starts_with("c2sp.org/tlog-proof@v1\n"), "{}", proof.stdout);

    let beyond = installation.run(&["ledger", "prove", "4711"]);
    beyond.expect(1, &["4711", "LOG_RANGE_INVALID"]);

    installation.json(&["candidate", "rework", &names[0], "--fault", "proposal", "--reason", "wrong person"]);
    assert_eq!(state(&installation, &names[0]), "REWORK");
    let text = installation.run(&["candidate", "show", &names[0]]);
    for told in ["which account", "The account field is empty", "wrong person", "humans/admin", "crm"] {
        assert!(text.stdout.contains(told), "`{told}` is not told in:\n{}", text.stdout);
    }
    let (status, _) = server.terminate();
    assert!(status.success());

    // Of a candidate, it is the approval that is proved, unless another kind is asked for. The drain has recorded everything.
    let history = installation.json(&["candidate", "show", &names[0]])["history"].clone();
    let history = history.as_array().expect("a history");
    let index_of = |proof: &str| proof.lines().find(|line| line.starts_with("index ")).map(str::to_owned);
    let index_at = |number: usize| Some(format!("index {}", history[number]["entry_index"]));
    assert_eq!(index_of(&installation.run(&["ledger", "prove", &names[0]]).stdout), index_at(1));
    let executed = installation.run(&["ledger", "prove", &names[0], "--kind", "candidate_executed"]);
    assert_eq!(index_of(&executed.stdout), index_at(3));
    let none = installation.run(&["ledger", "prove", &names[0], "--kind", "candidate_rejected"]);
    none.expect(1, &["no entry of kind `candidate_rejected`", "`candidate_approved`, `candidate_executed`"]);
    installation.run(&["ledger", "prove", &names[1]]).expect(1, &["`candidate_approved`", "`candidate_proposed`"]);

    // All of them, a file each, and every file checks with nothing but the key.
    let folder = installation.path("proofs");
    let folder = folder.to_str().expect("a path in UTF-8");
    installation.run(&["ledger", "prove", &names[0], "--all", "--out", folder]).expect(0, &["5 proofs"]);
    for event in history {
        let (index, kind) = (&event["entry_index"], event["kind"].as_str().expect("a kind"));
        let file = format!("{folder}/{index}-{kind}.tlog-proof");
        assert_eq!(installation.json(&["ledger", "check", &file])["leaf"]["kind"], kind);
    }
    installation.json(&["ledger", "verify"]);
}

/// Approves and claims; returns the permit.
fn claimed(installation: &Installation, name: &str) -> Value {
    installation.json(&["candidate", "approve", name, "--yes"]);
    let permit = installation.json(&["execution", "claim", "--action-type", "create_task"]);
    assert_eq!((&permit["candidate"], &permit["verified"]), (&Value::from(name), &Value::Bool(true)), "{permit}");
    permit
}

#[test]
fn an_executor_claims_extends_and_reports_by_command() {
    let installation = Installation::new();
    let names = propose(&installation, 3);
    let does = |arguments: &[&str]| installation.json(&[&["execution"], arguments].concat());

    let permit = claimed(&installation, &names[0]);
    let shown = installation.json(&["candidate", "show", &names[0]]);
    assert_eq!(shown["candidate"]["state"], "EXECUTING");
    assert_eq!(permit["payload"]["digest"], shown["candidate"]["payload"]["digest"]);
    assert_eq!(permit["entry_index"], shown["history"][1]["entry_index"]);
    assert_eq!(permit["idempotency_key"], shown["candidate"]["execution"]["idempotency_key"]);
    let fence = permit["fence"].to_string();

    // Nothing else is approved; what was lost on the way is shown again under its fence.
    let nothing = installation.run(&["execution", "claim", "--action-type", "create_task", "--json"]);
    nothing.expect(0, &["nothing is approved"]);
    assert_eq!(nothing.stdout, "");
    let again = does(&["claim", "--action-type", "create_task", "--held"]);
    assert_eq!(
        (&again["fence"], &again["reissued"], &again["verified"]),
        (&permit["fence"], &true.into(), &true.into())
    );

    let extended = does(&["extend", &names[0], "--fence", &fence, "--lease", "900"]);
    assert!(extended["lease_expire_time"].as_str() > permit["lease_expire_time"].as_str(), "{extended}");
    let stale = installation.run(&["execution", "report", &names[0], "--fence", "7", "--succeeded"]);
    stale.expect(1, &["FENCE_STALE"]);
    let done = ["report", &names[0], "--fence", &fence, "--succeeded", "--reference", "crm/task/T-42"];
    assert_eq!(does(&done)["state"], "EXECUTED");
    assert_eq!(does(&done)["state"], "EXECUTED", "sent again, it is answered as before");
    let result = installation.json(&["candidate", "show", &names[0]])["candidate"]["execution"]["result"].clone();
    assert_eq!(result["references"][0]["id"], "T-42");

    let fence = claimed(&installation, &names[1])["fence"].to_string();
    let failed =
        ["report", &names[1], "--fence", &fence, "--failed", "--class", "not-found", "--message", "No such list"];
    assert_eq!(does(&failed)["state"], "FAILED");
    let attempt = installation.json(&["candidate", "show", &names[1]])["candidate"]["execution"]["attempts"][0].clone();
    assert_eq!((&attempt["failure"]["class"], &attempt["executor"]), (&"NOT_FOUND".into(), &"services/local".into()));

    // Nobody knows, and repeating it is safe: it is tried again under the same approval. There is nothing to settle.
    let fence = claimed(&installation, &names[2])["fence"].to_string();
    assert_eq!(does(&["report", &names[2], "--fence", &fence, "--unknown", "The line broke"])["state"], "APPROVED");
    let token = installation.data_dir().join("keys/local-executor.token");
    let token = token.to_str().expect("a readable path");
    let settle =
        ["candidate", "settle", &names[2], "--found", "executed", "--finding", "It is there", "--token-file", token];
    installation.run(&[settle.as_slice(), &["--fence", &fence]].concat()).expect(1, &["TRANSITION_ILLEGAL"]);
    installation.json(&["ledger", "verify"]);
}

/// Gives an installation a catalogue of its own, under which a task that may be there is not made again.
fn tasks_are_never_repeated(installation: &Installation) {
    let folder = installation.data_dir().join("catalogue");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let shipped = include_str!("../../../candidate-svc/catalogue/create_task.toml");
    let text = shipped.replace("retry_safe = true", "retry_safe = false");
    assert_ne!(text, shipped);
    fs::write(folder.join("create_task.toml"), text).expect("a file can be written");
}

#[test]
fn what_nobody_knows_is_settled_by_the_service_that_holds_the_fence_or_by_a_person() {
    let installation = Installation::new();
    tasks_are_never_repeated(&installation);
    let names = propose(&installation, 2);
    let token = installation.data_dir().join("keys/local-executor.token");
    let token = token.to_str().expect("a readable path");
    let lost = |name: &str| {
        let fence = claimed(&installation, name)["fence"].to_string();
        let report = ["execution", "report", name, "--fence", &fence, "--unknown", "The line broke"];
        assert_eq!(installation.json(&report)["state"], "OUTCOME_UNKNOWN");
        fence
    };

    // A service names the fence that it holds: without one, or with an older one, it is refused and nothing moves.
    let fence = lost(&names[0]);
    let found = ["--found", "executed", "--reference", "crm/task/T-7", "--finding", "The task is there"];
    let settle = [["candidate", "settle", &names[0]].as_slice(), &found, &["--token-file", token]].concat();
    installation.run(&settle).expect(1, &["REQUEST_MALFORMED", "fence"]);
    installation.run(&[settle.as_slice(), &["--fence", "7"]].concat()).expect(1, &["FENCE_STALE"]);
    assert_eq!(state(&installation, &names[0]), "OUTCOME_UNKNOWN");
    installation.json(&[settle.as_slice(), &["--fence", &fence]].concat());
    let settled = installation.json(&["candidate", "show", &names[0]])["candidate"].clone();
    assert_eq!(
        (&settled["state"], &settled["execution"]["result"]["references"][0]["id"]),
        (&"EXECUTED".into(), &"T-7".into())
    );

    // A person looks for themselves.
    lost(&names[1]);
    installation.json(&["candidate", "settle", &names[1], "--found", "failed", "--finding", "No task is there"]);
    assert_eq!(state(&installation, &names[1]), "FAILED");
    installation.json(&["ledger", "verify"]);
}

#[test]
fn a_permit_that_another_key_signed_is_shown_as_none() {
    let installation = Installation::new();
    let names = propose(&installation, 1);
    let other = Installation::new();
    propose(&other, 1);
    installation.json(&["candidate", "approve", &names[0], "--yes"]);
    let key = other.data_dir().join("keys/ledger.pub");
    let key = key.to_str().expect("a readable path");
    let claim = ["execution", "claim", "--action-type", "create_task", "--key", key];
    let refused = installation.run(&claim);
    refused.expect(1, &["1 of 1 permits did not verify", "--class permit-refused"]);
    assert!(refused.stdout.starts_with("verified") && refused.stdout.contains("NO: "), "{}", refused.stdout);

    // With the right key the very same permit holds.
    let held = ["execution", "claim", "--action-type", "create_task", "--held"];
    assert_eq!(installation.json(&held)["verified"], true);
}

#[test]
fn a_command_with_a_request_id_is_safe_to_send_again() {
    let installation = Installation::new();
    let names = propose(&installation, 2);
    let holds = ["candidate", "hold", &names[0], "--reason", "budget freeze", "--request-id", "hold-1"];
    let approves = ["candidate", "approve", &names[1], "--yes", "--request-id", "approve-1"];
    for command in [holds.as_slice(), approves.as_slice()] {
        let first = installation.json(command);
        assert_eq!(first["candidate"]["revision"], 2, "{first}");
        assert_eq!(installation.json(command), first);
    }
}
