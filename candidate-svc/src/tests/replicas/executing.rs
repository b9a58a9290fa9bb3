//! Executions, policies and watches across processes.
// On one database alone: a file has one process.

use countersign_api::candidate::v1::{
    Candidate, ClaimExecutionsRequest, Proposal, RecordReference, State, WatchOutcomesRequest,
};
use serde_json::json;

use crate::tests::support::{Bench, PARENT, approve, drain_all, proposal, report_success};

const DEFAULT: &str = include_str!("../../../policy/default.toml");

#[tokio::test]
async fn a_claim_whose_end_another_process_is_told_gives_its_place_back() {
    let benches = Bench::several(2, "").await;
    for n in 0..3 {
        benches[1].approved(&format!("p{n}"), proposal(&format!("{n}"))).await;
    }
    benches[1].recorded().await;
    let one_at_a_time = ClaimExecutionsRequest { max_in_flight: 1, drain: false, ..drain_all() };
    let mut executor = benches[0].executor();
    let mut permits = executor.claim_executions(one_at_a_time).await.expect("a stream").into_inner();
    for n in 0..3 {
        let permit = permits.message().await.expect("a stream").expect("a permit").permit.expect("a permit");
        benches[1].executor().report_outcome(report_success(&permit, &format!("o{n}"))).await.expect("reported");
    }
}

#[tokio::test]
async fn no_two_processes_give_a_permit_for_the_same_approval() {
    let benches = Bench::several(3, "").await;
    for n in 0..12 {
        benches[n % 3].approved(&format!("p{n}"), proposal(&format!("{n}"))).await;
    }
    for bench in &benches {
        bench.recorded().await;
    }
    let (one, two, three) =
        tokio::join!(benches[0].permits(drain_all()), benches[1].permits(drain_all()), benches[2].permits(drain_all()));
    let permits = [one, two, three].concat();
    let named: std::collections::BTreeSet<&str> = permits.iter().map(|permit| permit.candidate.as_str()).collect();
    assert_eq!((permits.len(), named.len()), (12, 12), "C-3: each is claimed once");
}

/// A change of the policy, written for its first revision.
fn change(policy_toml: &str) -> Proposal {
    let payload = json!({ "policy_toml": policy_toml, "base_revision": 1, "summary": "More people look." });
    let record = RecordReference {
        system: "countersign".into(),
        object_type: "review_policy".into(),
        id: "demo".into(),
        ..RecordReference::default()
    };
    Proposal {
        action_type: "change_policy".into(),
        payload_json: payload.to_string(),
        target: Some(record),
        ..proposal("policy")
    }
}

#[tokio::test]
async fn a_policy_that_one_process_puts_in_force_judges_in_all_of_them() {
    let benches = Bench::several(2, "").await;
    let quorum = |candidate: &Candidate| candidate.policy.as_ref().expect("a verdict").quorum;
    assert_eq!(quorum(&benches[1].propose("p1", proposal("1")).await), 1);
    let candidate = benches[0].propose("c", change(&DEFAULT.replace("quorum = 1\nfour", "quorum = 2\nfour"))).await;
    benches[0].reviewer("humans/ben").approve_candidate(approve(&candidate, "a")).await.expect("approved");
    benches[1].until(&candidate.name, |it| it.state() == State::Executed).await;
    assert_eq!(quorum(&benches[0].propose("p2", proposal("2")).await), 2);
    assert_eq!(quorum(&benches[1].propose("p3", proposal("3")).await), 2);
}

#[tokio::test]
async fn a_watch_on_one_process_sees_what_is_decided_on_another() {
    let benches = Bench::several(2, "").await;
    let request = WatchOutcomesRequest { parent: PARENT.into(), ..WatchOutcomesRequest::default() };
    let mut outcomes = benches[1].proposer().watch_outcomes(request).await.expect("a stream").into_inner();
    let candidate = benches[0].approved("p", proposal("7")).await;
    for _ in ["proposed", "approved"] {
        let event = outcomes.message().await.expect("a stream").expect("an event").event.expect("an event");
        assert_eq!(event.event.expect("an event").candidate, candidate.name);
    }
}
