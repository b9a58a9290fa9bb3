//! What others hold of the ledger: keys, checkpoints, tiles, cosignatures, and a copy from before.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use system_tests::harness::{Installation, Server};

/// How long something may take that another process does in the background.
const DEADLINE: Duration = Duration::from_mins(1);

/// Asks until the answer is yes.
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < DEADLINE, "not in time: {what}");
    }
}

#[test]
fn a_ledger_put_back_to_an_older_copy_is_read_and_neither_signed_nor_written() {
    let installation = Installation::new();
    installation.propose("S-1");
    let ledger = installation.data_dir().join("ledger.db");
    let older = fs::read(&ledger).expect("it is there");
    installation.propose("S-2");
    fs::write(&ledger, older).expect("put back");

    for command in [&["ledger", "show"][..], &["ledger", "prove", "0"]] {
        installation.run(command).expect(1, &["LOG_BEHIND_FENCE", "put back the ledger file that holds them all"]);
    }
    assert_eq!(installation.json(&["ledger", "show", "0"])["index"], 0, "reads go on");
    installation.run(&["ledger", "verify"]).expect(1, &["the fence store remembers"]);
    let server = Server::start(&installation);
    installation.run(&["ledger", "show"]).expect(1, &["LOG_BEHIND_FENCE"]);
    let (status, _) = server.terminate();
    assert!(status.success(), "it still ends in order");
}

#[test]
fn a_key_is_rotated_without_anybody_losing_the_thread() {
    let installation = Installation::new();
    installation.propose("S-1");
    let keys = installation.data_dir().join("keys");
    let old = installation.write("old.pub", &fs::read_to_string(keys.join("ledger.pub")).expect("it is there"));
    let old = old.to_str().expect("a readable path");
    let prove = |name: &str| {
        let file = installation.path(name);
        let file = file.to_str().expect("a readable path").to_owned();
        installation.json(&["ledger", "prove", "0", "--out", &file]);
        file
    };
    let before = prove("before");
    installation.run(&["ledger", "rotate-key", "--end"]).expect(1, &["no overlap"]);
    let rotated = installation.json(&["ledger", "rotate-key"]);
    assert_ne!(rotated["new"], rotated["old"]);
    installation.run(&["ledger", "rotate-key"]).expect(1, &["--end"]);
    installation.propose("S-2");
    let during = prove("during");
    installation.json(&["ledger", "rotate-key", "--end"]);
    assert!(!keys.join("ledger.key.old").exists(), "the old private key is gone");
    installation.propose("S-3");
    let after = prove("after");

    for proof in [&before, &during, &after] {
        assert_eq!(installation.json(&["ledger", "check", proof])["verified"], true, "{proof}");
    }
    for proof in [&before, &during] {
        assert_eq!(installation.json(&["ledger", "check", proof, "--key", old])["verified"], true, "{proof}");
    }
    installation.run(&["ledger", "check", &after, "--key", old]).expect(1, &["no signature by"]);
    assert_eq!(installation.json(&["ledger", "verify"])["finding"], Value::Null);
}

#[test]
fn keys_that_can_not_be_used_are_refused_at_the_start() {
    let installation = Installation::new();
    installation.propose("S-1");
    let key = installation.data_dir().join("keys").join("ledger.key");
    let good = fs::read(&key).expect("it is there");
    fs::write(&key, "not a key\n").expect("written");
    installation.run(&["serve"]).expect(3, &["ledger.key", "64 hexadecimal digits"]);
    fs::write(&key, format!("{}\n", "07".repeat(32))).expect("written");
    installation.run(&["serve"]).expect(3, &["ledger.pub", "not the public half"]);
    fs::remove_file(&key).expect("removed");
    installation.run(&["serve"]).expect(3, &["ledger.key", "put back the key file"]);
    fs::write(&key, good).expect("written");
    installation.run(&["serve"]).expect(3, &["chmod 600"]);
}

/// `countersign witness serve` on a free port, killed when dropped.
struct WitnessProcess {
    child: Child,
    told: Value,
}

impl WitnessProcess {
    fn start(installation: &Installation, trusted: &str) -> Self {
        let dir = installation.path("witness");
        let mut command = installation.command(&["witness", "serve", "--json", "--listen", "127.0.0.1:0"]);
        command.args(["--name", "witness.example/w1", "--trust", trusted]).arg("--dir").arg(dir);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says where it listens");
        Self { child, told: serde_json::from_str(&line).expect("JSON") }
    }

    fn text(&self, field: &str) -> &str {
        self.told[field].as_str().expect("text")
    }
}

impl Drop for WitnessProcess {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_witness_of_ours_cosigns_our_log_and_strangers_read_it() {
    let installation = Installation::new();
    installation.propose("S-1");
    let key =
        installation.json(&["ledger", "show", "--log-of-logs"])["verifying_key"].as_str().expect("a key").to_owned();
    assert!(key.starts_with("countersign.local/logs+"), "{key}");
    let witness = WitnessProcess::start(&installation, &key);
    let line = format!("witness w1 {} http://{}", witness.text("vkey"), witness.text("listening"));
    let policy = installation.write("policy", &format!("log {key}\n{line}\nquorum w1\n"));
    let options = ["--witness-policy", policy.to_str().expect("a readable path"), "--ledger-http", "127.0.0.1:0"];
    let server = Server::start_with(&installation, &options);
    installation.propose("S-2");

    until("the workspace is witnessed", || {
        let shown = installation.json(&["ledger", "show"]);
        (shown["witnessed_size"] == shown["size"]).then_some(())
    });
    let shown = installation.json(&["ledger", "show", "--log-of-logs"]);
    let note = shown["witnessed_checkpoint"].as_str().expect("a note");
    assert!(note.contains("\n\u{2014} witness.example/w1 "), "{note}");
    assert_eq!(shown["witnesses"][0]["fault"], Value::Null);

    let file = installation.path("checkpoint.tlog-proof");
    let file = file.to_str().expect("a readable path");
    installation.json(&["ledger", "prove-checkpoint", "--least-size", "2", "--out", file]);
    let checked = installation.json(&["ledger", "check", file]);
    assert_eq!((&checked["covers"]["workspace"], &checked["covers"]["size"]), (&"demo".into(), &2.into()));

    let tiles = server.ledger_http().expect("it was asked for").to_owned();
    assert!(get(&tiles, "/logs/checkpoint").contains("witness.example/w1"));
    assert!(get(&tiles, "/workspaces/demo/checkpoint").contains("countersign.local/workspaces/demo\n2\n"));
    assert!(get(&tiles, "/workspaces/demo/tile/0/000.p/2").starts_with("HTTP/1.1 200"));
    assert!(get(&tiles, "/workspaces/demo/tile/0/000.p/3").starts_with("HTTP/1.1 404"));
    assert!(server.terminate().0.success());
    assert_eq!(installation.json(&["ledger", "verify"])["finding"], Value::Null);

    let wrong = installation.write("wrong", "witness w1 nonsense\nquorum w1\n");
    let refused = installation.run(&["serve", "--witness-policy", wrong.to_str().expect("a readable path")]);
    refused.expect(3, &["line `1`"]);
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it answers");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out can be set");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}
