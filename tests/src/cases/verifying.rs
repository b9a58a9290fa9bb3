//! The ledger is verified over the network and held to what was verified before.

use std::fs;

use system_tests::harness::proposing::{Proposer, item};
use system_tests::harness::{Answer, Installation, Server};

async fn propose(server: &Server, token: &str, items: std::ops::Range<usize>) {
    let count = items.len();
    let mut proposer = Proposer::connect(server.address(), token).await;
    assert_eq!(proposer.stream_all(items.map(item).collect()).await.len(), count);
}

fn over_network(installation: &Installation, server: &Server, options: &[&str]) -> Answer {
    let memory = installation.path("memory.json");
    let mut command = installation.command(&["ledger", "verify", "--json", "--server", server.address()]);
    command.arg("--memory").arg(memory).args(options);
    Answer::from(command.output().expect("the binary starts"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_log_is_held_to_the_checkpoint_that_was_remembered() {
    let installation = Installation::new();
    let token = installation.token("generator", "stream", "proposer");
    let server = Server::start(&installation);
    propose(&server, &token, 0..20).await;
    server.terminate();
    let before = installation.duplicate();

    let server = Server::start(&installation);
    let first = over_network(&installation, &server, &[]);
    first.expect(0, &[]);
    assert_eq!(first.json()["logs"][0]["size"], 20);
    propose(&server, &token, 20..30).await;
    server.terminate();
    let server = Server::start(&installation);
    let grown = over_network(&installation, &server, &[]);
    grown.expect(0, &[]);
    assert_eq!(grown.json()["logs"][0]["size"], 30);

    // A key that is not the log's believes nothing.
    let other = Installation::new();
    other.token("generator", "stream", "proposer");
    let key = other.data_dir().join("keys").join("ledger.pub");
    let refused = over_network(&installation, &server, &["--key", key.to_str().expect("a path in UTF-8")]);
    refused.expect(1, &["checkpoint is not to be believed"]);
    server.terminate();

    // Both files put back to an earlier moment: nothing in them tells, what was remembered does.
    fs::copy(installation.path("memory.json"), before.path("memory.json")).expect("copied");
    let server = Server::start(&before);
    let shorter = over_network(&before, &server, &[]);
    shorter.expect(1, &["the log has `20` entries, `30` were verified before"]);
    assert_eq!(shorter.json()["finding"]["index"], 20);
    server.terminate();
    let memory = before.path("memory.json");
    let files = before.run(&["ledger", "verify", "--memory", memory.to_str().expect("a path in UTF-8")]);
    files.expect(1, &["the log has `20` entries, `30` were verified before"]);

    // As long, and another: the same key has signed two histories.
    let server = Server::start(&before);
    propose(&server, &token, 100..140).await;
    server.terminate();
    let forked = before.run(&["ledger", "verify", "--memory", memory.to_str().expect("a path in UTF-8")]);
    forked.expect(1, &["the first `30` entries are not those that were verified before"]);
    let server = Server::start(&before);
    over_network(&before, &server, &[]).expect(1, &["the first `30` entries are not those that were verified before"]);

    fs::write(before.path("memory.json"), "{").expect("written");
    over_network(&before, &server, &[]).expect(3, &["memory.json", "remembers nothing that can be read"]);
}
