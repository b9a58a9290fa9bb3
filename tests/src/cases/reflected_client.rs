//! A client in another language, made from the server's reflection alone.

use serde_json::Value;

use system_tests::harness::{Installation, Server, python};

#[test]
fn a_python_client_proposes_approves_and_reads_the_outcome() {
    let installation = Installation::new();
    let proposer = installation.token("generator", "python", "proposer");
    let reviewer = installation.token("human", "petra", "reviewer");
    let server = Server::start(&installation);

    let output = python()
        .arg("python/reflected_client.py")
        .args([server.address(), &proposer, &reviewer, "demo"])
        .output()
        .expect("Python starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("the client prints JSON");

    // What the client saw is what the command line sees.
    let name = told["executed"].as_str().expect("a candidate");
    let shown = installation.json(&["candidate", "show", name]);
    assert_eq!(shown["candidate"]["state"], "EXECUTED");
    assert_eq!(shown["candidate"]["execution"]["result"]["references"][0]["id"], told["reference"]);
    let (status, _) = server.terminate();
    assert!(status.success());
    installation.json(&["ledger", "verify"]);
}
