//! Several decisions sent together: each has its own answer.

use countersign_api::candidate::v1::{
    BatchAnswer, BatchDecision, Candidate, DecideBatchRequest, HoldCandidateRequest, State,
    batch_answer::Result as Outcome, batch_decision::Decision,
};
use prost::Message;
use tonic::{Code, Status};

use super::support::{Bench, PARENT, approve, call_customer, edit, proposal, reason, reject};

fn batch(decisions: Vec<Decision>) -> DecideBatchRequest {
    let decisions = decisions.into_iter().map(|decision| BatchDecision { decision: Some(decision) }).collect();
    DecideBatchRequest { parent: PARENT.into(), decisions }
}

/// The state that an answer shows, or the reason of its refusal.
fn said(answer: &BatchAnswer) -> String {
    match answer.result.as_ref().expect("an answer says something") {
        Outcome::Candidate(candidate) => candidate.state().as_str_name().to_owned(),
        Outcome::Refused(refused) => {
            let details = refused.encode_to_vec().into();
            reason(&Status::with_details(Code::from(refused.code), refused.message.clone(), details))
        }
    }
}

#[tokio::test]
async fn every_decision_has_its_own_answer() {
    let bench = Bench::open().await;
    let mut candidates: Vec<Candidate> = Vec::new();
    for n in 0..5 {
        candidates.push(bench.propose(&format!("p{n}"), proposal(&n.to_string())).await);
    }
    let high = bench.propose("high", call_customer("9")).await;
    let request = batch(vec![
        Decision::Approve(approve(&candidates[0], "d0")),
        Decision::Approve(approve(&high, "d1")),
        Decision::Reject(reject(&candidates[1], "d2")),
        Decision::Edit(edit(&candidates[2], "d3", "2026-12-02")),
        // Decided twice in one batch: the second sees what the first left.
        Decision::Reject(reject(&candidates[0], "d4")),
        Decision::Reject(reject(&high, "d5")),
        Decision::Edit(edit(&candidates[3], "", "2026-12-02")),
    ]);
    let mut client = bench.reviewer("humans/anna");
    let answers = client.decide_batch(request.clone()).await.expect("answers").into_inner().answers;
    let expected = [
        "STATE_APPROVED",
        "POLICY_DENIED",
        "STATE_REJECTED",
        "STATE_EDITED",
        "ETAG_STALE",
        "POLICY_DENIED",
        "REQUEST_MALFORMED",
    ];
    assert_eq!(answers.iter().map(said).collect::<Vec<_>>(), expected);

    // The same batch again gives the same answers, and so does the single rpc.
    let again = client.decide_batch(request).await.expect("answers").into_inner().answers;
    assert_eq!(again[0], answers[0]);
    let alone = client.approve_candidate(approve(&candidates[0], "d0")).await.expect("answered").into_inner();
    assert_eq!(alone.candidate.expect("a candidate").state(), State::Approved);
}

#[tokio::test]
async fn what_is_of_high_risk_is_decided_singly_whatever_is_decided() {
    let bench = Bench::open().await;
    let high = bench.propose("high", call_customer("9")).await;
    let hold = HoldCandidateRequest {
        name: high.name.clone(),
        request_id: "b3".into(),
        etag: high.etag.clone(),
        reason: "Not today.".into(),
        ..Default::default()
    };
    let mut anna = bench.reviewer("humans/anna");
    for decision in [
        Decision::Approve(approve(&high, "b0")),
        Decision::Reject(reject(&high, "b1")),
        Decision::Edit(edit(&high, "b2", "2026-12-02")),
        Decision::Hold(hold),
    ] {
        let answers = anna.decide_batch(batch(vec![decision.clone()])).await.expect("answers").into_inner().answers;
        assert_eq!(said(&answers[0]), "POLICY_DENIED", "{decision:?}");
    }
    let alone = anna.approve_candidate(approve(&high, "d")).await.expect("approved");
    assert_eq!(alone.into_inner().candidate.expect("a candidate").state(), State::Approved);
}

#[tokio::test]
async fn a_batch_has_1_to_500_decisions() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let of = |count: usize| batch(vec![Decision::Reject(reject(&candidate, "d")); count]);
    for count in [0, 501] {
        let refused = bench.reviewer("humans/anna").decide_batch(of(count)).await.expect_err("out of bounds");
        assert!(refused.message().contains("`decisions`"), "{}", refused.message());
    }
    for count in [499, 500] {
        let answers =
            bench.reviewer("humans/anna").decide_batch(of(count)).await.expect("answers").into_inner().answers;
        assert_eq!(answers.len(), count);
        assert!(answers.iter().all(|answer| said(answer) == "STATE_REJECTED"), "one request, one answer");
    }
}

crate::tests::support::on_postgres!(
    every_decision_has_its_own_answer,
    what_is_of_high_risk_is_decided_singly_whatever_is_decided,
    a_batch_has_1_to_500_decisions,
);
