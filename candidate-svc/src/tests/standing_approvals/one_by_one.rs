//! One approval given ahead: every event names it, and whoever gave it takes one back.

use countersign_api::candidate::v1::{
    Candidate, State, WithdrawApprovalRequest, WithdrawCandidateRequest, candidate_event::Event,
};
use tonic::Code;

use super::{approved_ahead, ask, get, granted, open, sure};
use crate::tests::support::{drain_all, reason, report_success};

fn back(candidate: &Candidate, request_id: &str) -> WithdrawApprovalRequest {
    WithdrawApprovalRequest {
        name: candidate.name.clone(),
        request_id: request_id.into(),
        etag: candidate.etag.clone(),
        note: "Not this one.".into(),
    }
}

#[tokio::test]
async fn every_event_names_it_from_the_approval_on() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let candidate = approved_ahead(&bench).await;
    let permits = bench.permits(drain_all()).await;
    let permit = permits.iter().find(|permit| permit.candidate == candidate.name).expect("a permit");
    bench.executor().report_outcome(report_success(permit, "o")).await.expect("reported");
    let history = bench.get(&candidate.name).await.history;
    let named: Vec<String> =
        history.into_iter().map(|recorded| recorded.event.expect("an event").standing_approval).collect();
    let name = standing.name.as_str();
    assert_eq!(named, ["", name, name, name], "proposed, approved, started, executed");
}

#[tokio::test]
async fn whoever_gave_it_takes_one_back_and_a_person_decides() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let candidate = approved_ahead(&bench).await;
    let refused = bench.reviewer("humans/anna").withdraw_approval(back(&candidate, "a")).await;
    let refused = refused.expect_err("it is not hers");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));

    let mut ben = bench.reviewer("humans/ben");
    let taken = ben.withdraw_approval(back(&candidate, "b")).await.expect("taken back").into_inner().candidate;
    let taken = taken.expect("a candidate");
    assert_eq!((taken.state(), taken.standing_approval.as_str()), (State::Proposed, standing.name.as_str()));
    let again = ben.withdraw_approval(back(&candidate, "b")).await.expect("the same answer").into_inner().candidate;
    assert_eq!(again, Some(taken.clone()));
    bench.recorded().await;
    assert!(bench.permits(drain_all()).await.is_empty(), "nobody runs it");
    let history = bench.get(&candidate.name).await.history;
    let last = history.last().and_then(|recorded| recorded.event.clone()).expect("an event");
    assert_eq!(last.standing_approval, standing.name);
    let Some(Event::ApprovalWithdrawn(facts)) = last.event else { panic!("a withdrawal") };
    assert_eq!((facts.note.as_str(), facts.approvals), ("Not this one.", 0));
    assert!(get(&bench, &standing.name).await.active, "the standing approval goes on");

    // Its proposer does not get it approved ahead after all: a person wants to look.
    let request = WithdrawCandidateRequest {
        name: taken.name.clone(),
        request_id: "w".into(),
        etag: taken.etag.clone(),
        ..WithdrawCandidateRequest::default()
    };
    bench.proposer().withdraw_candidate(request).await.expect("withdrawn");
    assert_eq!(get(&bench, &standing.name).await.audits_owed, 1);
    let once_more = bench.propose("once-more", sure("once-more")).await;
    assert_eq!((once_more.state(), once_more.standing_approval), (State::Proposed, standing.name));
}

#[tokio::test]
async fn what_was_claimed_is_not_taken_back() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    let candidate = approved_ahead(&bench).await;
    assert!(bench.permits(drain_all()).await.iter().any(|permit| permit.candidate == candidate.name));
    let now = bench.candidate(&candidate.name).await;
    let refused = bench.reviewer("humans/ben").withdraw_approval(back(&now, "b")).await.expect_err("it runs");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "TRANSITION_ILLEGAL"));
}

crate::tests::support::on_postgres!(
    every_event_names_it_from_the_approval_on,
    whoever_gave_it_takes_one_back_and_a_person_decides,
    what_was_claimed_is_not_taken_back,
);
