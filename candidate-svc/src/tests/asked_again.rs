//! One request id, sent again with JSON of another spacing and order: the same request.

use countersign_api::candidate::v1::{
    BatchDecision, DecideBatchRequest, EditCandidateRequest, Proposal, batch_answer::Result as Outcome,
    batch_decision::Decision, edit_candidate_request::Change, stream_proposals_response::Result as Streamed,
};
use futures::stream;

use super::support::{Bench, PARENT, edit, item, proposal, propose, reason};

const SPACED: &str = r#"{ "due": "2026-11-30",  "subject": "Ask for the \u0061ccount", "owner": "humans/anna" }"#;

fn with_payload(json: &str) -> Proposal {
    Proposal { payload_json: json.into(), ..proposal("7") }
}

#[tokio::test]
async fn a_proposal_is_the_same_however_its_payload_is_written() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", proposal("7")).await;
    let again = bench.proposer().propose_candidate(propose("p1", with_payload(SPACED))).await.expect("answered");
    let again = again.into_inner();
    assert_eq!((again.candidate.as_ref(), again.replayed), (Some(&first), true));

    let items = stream::iter([item("p1", with_payload(SPACED))]);
    let mut answers = bench.proposer().stream_proposals(items).await.expect("a stream").into_inner();
    let answer = answers.message().await.expect("an answer").expect("an answer");
    let Some(Streamed::Accepted(accepted)) = answer.result else { panic!("{answer:?}") };
    assert_eq!((accepted.candidate.as_str(), accepted.replayed), (first.name.as_str(), true));

    let other = with_payload(&SPACED.replace("2026-11-30", "2026-12-01"));
    let refused = bench.proposer().propose_candidate(propose("p1", other)).await.expect_err("another payload");
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn an_edit_is_the_same_however_its_change_is_written() {
    let bench = Bench::open().await;
    let patch = r#"[ {"value":"2026-12-02", "path":"/due", "op":"replace"} ]"#;
    let whole = SPACED.replace("2026-11-30", "2026-12-02");
    let other = |text: &str| text.replace("2026-12-02", "2026-12-03");
    for (id, first, again, other) in [
        ("patch", None, Change::PatchJson(patch.into()), Change::PatchJson(other(patch))),
        (
            "whole",
            Some(Change::PayloadJson(whole.replace("  ", ""))),
            Change::PayloadJson(whole.clone()),
            Change::PayloadJson(other(&whole)),
        ),
    ] {
        let candidate = bench.propose(id, proposal(id)).await;
        let mut request = edit(&candidate, "e", "2026-12-02");
        request.request_id += id;
        request.change = first.or(request.change);
        let edited = bench.reviewer("humans/anna").edit_candidate(request.clone()).await.expect("edited").into_inner();

        let again = EditCandidateRequest { change: Some(again), ..request.clone() };
        let answered = bench.reviewer("humans/anna").edit_candidate(again.clone()).await.expect("answered again");
        assert_eq!(answered.into_inner(), edited, "{id}");
        let batch = DecideBatchRequest {
            parent: PARENT.into(),
            decisions: vec![BatchDecision { decision: Some(Decision::Edit(again)) }],
        };
        let answered = bench.reviewer("humans/anna").decide_batch(batch).await.expect("answers").into_inner();
        let Some(Outcome::Candidate(answered)) = &answered.answers[0].result else { panic!("{id}: {answered:?}") };
        assert_eq!(Some(answered), edited.candidate.as_ref(), "{id}");

        let other = EditCandidateRequest { change: Some(other), ..request };
        let refused = bench.reviewer("humans/anna").edit_candidate(other).await.expect_err("another change");
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED", "{id}");
    }
}

crate::tests::support::on_postgres!(
    a_proposal_is_the_same_however_its_payload_is_written,
    an_edit_is_the_same_however_its_change_is_written,
);
