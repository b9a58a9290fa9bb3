//! The server as its operators meet it: one at a time, draining, metrics, health, traces.

use system_tests::harness::proposing::{Proposer, item};
use system_tests::harness::{Installation, Server, get};

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let installation = Installation::new();
    let _server = Server::start(&installation);
    let second = installation.run(&["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    second.expect(3, &["lock"]);
}

#[test]
fn what_cannot_start_leaves_nothing_half_open() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let installation = Installation::new();
    let answer = installation.run(&["serve", "--listen", &address, "--admin-listen", "127.0.0.1:0"]);
    answer.expect(3, &["cannot listen on", &address]);
    assert!(!answer.stderr.contains("vital task"), "{}", answer.stderr);
    let answer = installation.run(&["candidate", "list", "--token-file", "/nowhere/token"]);
    answer.expect(3, &["/nowhere/token"]);
    assert!(!answer.stderr.contains("vital task"), "{}", answer.stderr);
    for item in std::fs::read_dir(installation.data_dir()).expect("the folder was made") {
        let name = item.expect("it can be read").file_name().into_string().expect("a plain name");
        assert!(!name.ends_with("-wal") && !name.ends_with("-shm"), "{name} is left");
    }
}

#[test]
fn secrets_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let installation = Installation::new();
    drop(Server::start(&installation));
    let mode = |name: &str| {
        let path = installation.data_dir().join(name);
        std::fs::metadata(&path).unwrap_or_else(|error| panic!("{error}: {name}")).permissions().mode() & 0o777
    };
    assert_eq!(mode("admin.token"), 0o600);
    for item in std::fs::read_dir(installation.data_dir().join("keys")).expect("keys are there") {
        let item = item.expect("keys are there");
        let public = item.path().extension().is_some_and(|extension| extension == "pub");
        let mode = item.metadata().expect("a key is a file").permissions().mode() & 0o777;
        assert!(public || mode == 0o600, "{} is {mode:o}", item.path().display());
    }
}

#[test]
fn approvals_are_executed_in_every_workspace_that_is_there_and_in_one_that_comes_later() {
    let installation = Installation::new();
    installation.propose_in("early", "S-1");
    let _server = Server::start(&installation);
    installation.propose_in("later", "S-1");
    for workspace in ["early", "later"] {
        let listed = installation.json(&["candidate", "list", "--workspace", workspace]);
        let name = listed["candidates"][0]["name"].as_str().expect("a name").to_owned();
        let approved = installation.json(&["candidate", "approve", &name, "--yes", "--wait", "--workspace", workspace]);
        assert!(approved.to_string().contains("EXECUTED"), "{workspace}: {approved}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_count_what_happened_and_a_call_without_a_token_is_refused() {
    let installation = Installation::new();
    let token = installation.token("generator", "counted", "proposer");
    let server = Server::start(&installation);
    Proposer::connect(server.address(), &token).await.stream_all((0..3).map(item).collect()).await;

    let refused = Proposer::connect(server.address(), "cs_wrong_token").await.stream(vec![item(9)], |_, _| {}).await;
    let status = refused.expect_err("an unknown token is refused");
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    assert!(!status.message().contains("cs_wrong_token"));

    let metrics = get(server.admin(), "/metrics");
    assert!(metrics.starts_with("HTTP/1.1 200"), "{metrics}");
    for name in ["rpc", "queue_depth", "commit", "outbox", "candidates"] {
        assert!(metrics.contains(name), "`{name}` is not in the metrics:\n{metrics}");
    }
    assert!(get(server.admin(), "/healthz").starts_with("HTTP/1.1 200"));
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");
    assert!(!stderr.contains(&token), "a token is in the log");
    assert!(!stderr.contains("Ask about D-1"), "a payload is in the log");
}
