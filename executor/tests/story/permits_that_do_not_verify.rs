//! Whatever is wrong with a permit, no call reaches the connector and the report names what did not verify.

use std::sync::Arc;

use countersign_api::candidate::v1::{FailureClass, Permit};
use executor::Tally;
use ledger_format::{Leaf, PrincipalKind, canonicalize_payload};

use crate::{
    bench::Bench,
    connectors::Listener,
    desk::failed,
    ledger::Manner,
    log::{Log, candidate},
};

const PAYLOAD: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;

/// Offers one permit and asserts that it is refused in words that hold all of `words`.
async fn refuses(bench: &Bench, permit: Permit, words: &[&str]) {
    let listener = Arc::new(Listener::default());
    let name = permit.candidate.clone();
    bench.desk.offer(permit);
    let tally = bench.run(listener.clone()).await;
    assert_eq!(tally, Tally { failed: 1, ..Tally::default() });
    assert_eq!(listener.payloads(), Vec::<String>::new());
    let failure = failed(bench.desk.report_on(&name));
    assert_eq!(failure.class(), FailureClass::PermitRefused);
    assert!(!failure.retry_safe, "a permit that contradicts the log is for a person to look at");
    for word in words {
        assert!(failure.message.contains(word), "`{word}` is not in `{}`", failure.message);
    }
    assert!(!failure.message.contains("Call back"), "payload text in `{}`", failure.message);
}

/// Has the executor see the log at its present size, by executing something.
async fn remember(bench: &Bench, number: u128) {
    let approved = bench.log.approve(number, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    let tally = bench.run(Arc::new(Listener::default())).await;
    assert_eq!(tally.succeeded, 1);
}

/// The honest permit of a new approval, changed by somebody.
fn tampered(bench: &Bench, change: impl FnOnce(&mut Permit)) -> Permit {
    let approved = bench.log.approve(1, PAYLOAD);
    bench.log.grow(3);
    let mut permit = bench.log.permit(&approved, "create_task");
    change(&mut permit);
    permit
}

/// The honest permit of an entry that is no approval.
fn of_entry(bench: &Bench, change: impl FnOnce(&mut Leaf)) -> Permit {
    let approved = bench.log.approve_leaf(1, PAYLOAD, change);
    bench.log.permit(&approved, "create_task")
}

fn payload_of(permit: &mut Permit) -> &mut countersign_api::candidate::v1::Payload {
    permit.payload.as_mut().expect("a payload")
}

#[tokio::test]
async fn an_honest_permit_reaches_the_connector_with_exactly_its_bytes() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    bench.desk.offer(tampered(&bench, |_| {}));
    let tally = bench.run(listener.clone()).await;
    assert_eq!(tally, Tally { succeeded: 1, ..Tally::default() });
    assert_eq!(listener.payloads(), [canonicalize_payload(PAYLOAD).expect("a payload")]);
}

#[tokio::test]
async fn a_payload_swapped_after_approval() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| {
        let payload = payload_of(permit);
        payload.canonical_json = payload.canonical_json.replace("anna", "mallory");
    });
    refuses(&bench, permit, &["payload and nonce have digest"]).await;
}

#[tokio::test]
async fn a_payload_with_one_more_space() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| payload_of(permit).canonical_json.push(' '));
    refuses(&bench, permit, &["payload and nonce have digest"]).await;
}

#[tokio::test]
async fn a_payload_swapped_together_with_its_digest() {
    let bench = Bench::new().await;
    let other = bench.log.approve(2, r#"{"due":"2026-12-02","owner":"humans/mallory","subject":"Pay out"}"#);
    let permit = tampered(&bench, |permit| {
        let payload = payload_of(permit);
        payload.canonical_json = other.payload;
        payload.nonce = other.nonce.to_vec();
        payload.digest = other.digest.as_bytes().to_vec();
    });
    refuses(&bench, permit, &["was approved, the permit claims"]).await;
}

#[tokio::test]
async fn the_approval_of_another_candidate() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| permit.candidate = candidate(2).to_string());
    refuses(&bench, permit, &["the leaf is about"]).await;
}

#[tokio::test]
async fn a_checkpoint_signed_by_another_key_under_the_same_name() {
    let bench = Bench::new().await;
    let other_log = Log::new(8);
    let approved = other_log.approve(1, PAYLOAD);
    refuses(&bench, other_log.permit(&approved, "create_task"), &["no signature by `log.example`"]).await;
}

#[tokio::test]
async fn a_checkpoint_whose_size_was_changed_after_signing() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| permit.checkpoint = permit.checkpoint.replacen("\n4\n", "\n5\n", 1));
    refuses(&bench, permit, &["the signature by `log.example` does not verify"]).await;
}

#[tokio::test]
async fn an_approval_in_another_workspaces_log() {
    let bench = Bench::new().await;
    let permit = of_entry(&bench, |leaf| leaf.origin = "log.example/workspaces/other".to_owned());
    refuses(&bench, permit, &["the leaf is of log `log.example/workspaces/other`"]).await;
}

#[tokio::test]
async fn a_permit_for_another_workspace() {
    let bench = Bench::new().await;
    let permit =
        tampered(&bench, |permit| permit.candidate = permit.candidate.replace("workspaces/demo", "workspaces/other"));
    refuses(&bench, permit, &["for another workspace than `workspaces/demo`"]).await;
}

#[tokio::test]
async fn an_entry_that_is_no_approval() {
    let bench = Bench::new().await;
    let permit = of_entry(&bench, |leaf| leaf.kind = "candidate_proposed".to_owned());
    refuses(&bench, permit, &["the leaf is of kind `candidate_proposed`"]).await;
}

#[tokio::test]
async fn an_approval_by_a_machine() {
    for kind in [PrincipalKind::Generator, PrincipalKind::Service] {
        let bench = Bench::new().await;
        let permit = of_entry(&bench, |leaf| leaf.principal_kind = kind);
        refuses(&bench, permit, &["only a `human` can approve"]).await;
    }
}

#[tokio::test]
async fn an_approval_that_is_not_under_the_checkpoint() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| permit.inclusion_proof[0][0] ^= 1);
    refuses(&bench, permit, &["not proved to stand in the log", "leads to root"]).await;
}

#[tokio::test]
async fn a_proof_that_is_cut_off() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| {
        permit.inclusion_proof.pop();
    });
    refuses(&bench, permit, &["the proof has `1` hashes"]).await;
}

#[tokio::test]
async fn a_permit_with_parts_missing_or_of_the_wrong_length() {
    type Change = fn(&mut Permit);
    let changes: [(&str, Change); 5] = [
        ("`payload`", |permit| permit.payload = None),
        ("`payload.nonce`", |permit| payload_of(permit).nonce.truncate(31)),
        ("`payload.digest`", |permit| payload_of(permit).digest.push(0)),
        ("`entry_index`", |permit| permit.entry_index = -1),
        ("`inclusion_proof`", |permit| permit.inclusion_proof[0].clear()),
    ];
    for (field, change) in changes {
        let bench = Bench::new().await;
        refuses(&bench, tampered(&bench, change), &[field]).await;
    }
}

#[tokio::test]
async fn an_idempotency_key_of_another_approval() {
    let bench = Bench::new().await;
    let permit = tampered(&bench, |permit| permit.idempotency_key = permit.idempotency_key.replace("/3", "/4"));
    refuses(&bench, permit, &["idempotency key is not", "/3`"]).await;
}

#[tokio::test]
async fn a_checkpoint_smaller_than_one_seen_before() {
    let bench = Bench::new().await;
    let approved = bench.log.approve(1, PAYLOAD);
    let early = bench.log.size();
    bench.log.grow(3);
    remember(&bench, 2).await;
    let permit = bench.log.permit_at(&approved, "create_task", early);
    refuses(&bench, permit, &["has size `1`", "size `5` was seen before"]).await;
}

#[tokio::test]
async fn a_fork_of_the_same_size() {
    let bench = Bench::new().await;
    let fork = Log::new(7);
    let approved = fork.approve(1, PAYLOAD);
    fork.grow(2);
    bench.log.grow(2);
    remember(&bench, 2).await;
    assert_eq!(fork.size(), bench.log.size());
    refuses(&bench, fork.permit(&approved, "create_task"), &["at size `3`, where it showed"]).await;
}

#[tokio::test]
async fn a_fork_that_has_grown_further() {
    let bench = Bench::new().await;
    let fork = Log::new(7);
    let approved = fork.approve(1, PAYLOAD);
    fork.grow(6);
    bench.log.grow(2);
    remember(&bench, 2).await;
    bench.log.grow(4);
    assert_eq!(fork.size(), bench.log.size());
    refuses(&bench, fork.permit(&approved, "create_task"), &["not proved to have grown from size `3` to `7`"]).await;
}

#[tokio::test]
async fn a_growth_that_the_ledger_does_not_prove() {
    for (manner, words) in [
        (Manner::NoProof, "not proved to have grown from size `1` to `5`"),
        (Manner::Garbage, "proof of growth is missing or not made of hashes"),
        (Manner::OutOfRange, "refuses with `OutOfRange` to prove its growth"),
    ] {
        let bench = Bench::new().await;
        remember(&bench, 2).await;
        bench.ledger.behave(manner);
        let permit = tampered(&bench, |_| {});
        refuses(&bench, permit, &[words]).await;
    }
}

fn words_of(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    if let Some(source) = error.source() {
        words.push_str(": ");
        words.push_str(&words_of(source));
    }
    words
}

#[tokio::test]
async fn an_error_of_a_stopped_executor_reads_alone() {
    let bench = Bench::new().await;
    remember(&bench, 2).await;
    let mut config = bench.config();
    config.verifying_keys = Log::new(8).verifying_key().into();
    let error = bench.try_executor(config, Arc::new(Listener::default())).await.expect_err("another key is pinned");
    let words = words_of(&error);
    assert!(words.contains("not signed by the pinned key"), "{words}");
}
