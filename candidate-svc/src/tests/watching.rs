//! Watches: the ledger's order, resumed where one stopped.

use countersign_api::candidate::v1::{
    Candidate, EditCandidateRequest, ListCandidatesRequest, RejectionReason, WatchCandidatesRequest,
    WatchOutcomesRequest, candidate_event::Event, edit_candidate_request,
};
use serde_json::Value;

use super::support::{Bench, PARENT, edit, proposal, propose, reason, reject};

fn payload_of(candidate: &Candidate) -> String {
    candidate.payload.as_ref().expect("a payload").canonical_json.clone()
}

#[tokio::test]
async fn a_watch_shows_every_event_and_resumes_behind_the_last_one_seen() {
    let bench = Bench::open().await;
    let approved = bench.approved("p", proposal("7")).await;
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch =
        bench.reviewer("humans/anna").watch_candidates(request.clone()).await.expect("a watch").into_inner();
    let first = watch.message().await.expect("an event").expect("an event");
    let event = first.event.expect("an event");
    assert_eq!((event.recorded, event.entry_index, event.leaf_hash.len()), (true, 0, 32));
    let resumed = WatchCandidatesRequest { resume_token: first.resume_token, ..request.clone() };
    let mut resumed = bench.reviewer("humans/ben").watch_candidates(resumed).await.expect("a watch").into_inner();
    for watch in [&mut watch, &mut resumed] {
        let next = watch.message().await.expect("an event").expect("an event").event.expect("an event");
        let event = next.event.expect("an event");
        assert_eq!((next.entry_index, event.candidate.as_str()), (1, approved.name.as_str()));
        assert!(matches!(event.event, Some(Event::CandidateApproved(_))));
    }
    // What happens later comes as it is recorded.
    let later = bench.propose("q", proposal("8")).await;
    let next = watch.message().await.expect("an event").expect("an event").event.expect("an event");
    assert_eq!(next.event.expect("an event").candidate, later.name);
}

#[tokio::test]
async fn a_proposer_watches_its_own_proposals_alone() {
    let bench = Bench::open().await;
    let other = bench.proposer_named("generators/other").propose_candidate(propose("p", proposal("1"))).await;
    let other = other.expect("a candidate").into_inner().candidate.expect("a candidate");
    let own = bench.approved("q", proposal("2")).await;
    bench.recorded().await;

    let request = WatchOutcomesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch = bench.proposer().watch_outcomes(request.clone()).await.expect("a watch").into_inner();
    let mut token = String::new();
    for revision in [1, 2] {
        let next = watch.message().await.expect("an event").expect("an event");
        let event = next.event.expect("an event").event.expect("an event");
        assert_eq!((event.candidate.as_str(), event.revision), (own.name.as_str(), revision));
        token = next.resume_token;
    }
    let mut others = bench.proposer_named("generators/other").watch_outcomes(request.clone()).await.expect("a watch");
    let event = others.get_mut().message().await.expect("an event").expect("an event").event.expect("an event");
    assert_eq!(event.event.expect("an event").candidate, other.name);

    // A token is its holder's own.
    let stolen = WatchOutcomesRequest { resume_token: token, ..request };
    let refused = bench.proposer_named("generators/other").watch_outcomes(stolen).await.expect_err("another's token");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_proposer_learns_of_one_case_what_was_changed_and_why_it_was_refused() {
    let bench = Bench::open().await;
    let proposed = bench.propose("p", proposal("7")).await;
    let before: Value = serde_json::from_str(&payload_of(&proposed)).expect("JSON");
    let request = edit(&proposed, "edit", "2026-12-24");
    let edited = bench.reviewer("humans/anna").edit_candidate(request).await.expect("edited").into_inner();
    // Another edit gives the whole payload: the change is told as a patch all the same.
    let mut whole = before.clone();
    whole["due"] = "2026-12-31".into();
    let change = Some(edit_candidate_request::Change::PayloadJson(whole.to_string()));
    let again = edited.candidate.expect("the candidate");
    let request = EditCandidateRequest { change, ..edit(&again, "edit-again", "") };
    let again = bench.reviewer("humans/ben").edit_candidate(request).await.expect("edited").into_inner();
    let again = again.candidate.expect("the candidate");
    bench.reviewer("humans/anna").reject_candidate(reject(&again, "reject")).await.expect("rejected");
    bench.recorded().await;

    let request = WatchOutcomesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch = bench.proposer().watch_outcomes(request).await.expect("a watch").into_inner();
    let mut payload = before;
    for due in ["", "2026-12-24", "2026-12-31"] {
        let next = watch.message().await.expect("an event").expect("an event").event.expect("an event");
        let Some(Event::CandidateEdited(edited)) = next.event.expect("an event").event else {
            assert_eq!(due, "", "the proposal comes first");
            continue;
        };
        let patch: json_patch::Patch = serde_json::from_str(&edited.patch_json).expect("a patch");
        assert_eq!((patch.0.len(), edited.note.as_str()), (1, "Later."));
        json_patch::patch(&mut payload, &patch).expect("it fits what was there before");
        let now: Value = serde_json::from_str(&edited.payload.expect("a payload").canonical_json).expect("JSON");
        assert_eq!((&now, now["due"].as_str()), (&payload, Some(due)));
    }
    let next = watch.message().await.expect("an event").expect("an event").event.expect("an event");
    let Some(Event::CandidateRejected(rejected)) = next.event.expect("an event").event else {
        panic!("it was rejected")
    };
    assert_eq!((rejected.reason(), rejected.note.as_str()), (RejectionReason::NotWorthIt, "Too small."));
}

#[tokio::test]
async fn a_token_of_another_rpc_is_refused() {
    let bench = Bench::open().await;
    for n in 0..3 {
        bench.propose(&format!("p{n}"), proposal(&n.to_string())).await;
    }
    let list = ListCandidatesRequest { parent: PARENT.into(), page_size: 1, ..Default::default() };
    let page = bench.reviewer("humans/anna").list_candidates(list).await.expect("a page").into_inner();
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: page.next_page_token };
    let refused = bench.reviewer("humans/anna").watch_candidates(request).await.expect_err("a page's token");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_watch_ends_with_the_server() {
    let bench = Bench::open().await;
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch = bench.reviewer("humans/anna").watch_candidates(request).await.expect("a watch").into_inner();
    bench.begin_shutdown();
    assert_eq!(reason(&watch.message().await.expect_err("it ends")), "SHUTTING_DOWN");
}

#[tokio::test]
async fn a_ledger_that_does_not_answer_is_said_to_be_unavailable() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let refused = bench.reviewer("humans/anna").watch_candidates(request).await.expect_err("it is down");
    assert_eq!((refused.code(), reason(&refused).as_str()), (tonic::Code::Unavailable, "STORAGE_FAILED"));
}

crate::tests::support::on_postgres!(
    a_watch_shows_every_event_and_resumes_behind_the_last_one_seen,
    a_proposer_watches_its_own_proposals_alone,
    a_proposer_learns_of_one_case_what_was_changed_and_why_it_was_refused,
    a_token_of_another_rpc_is_refused,
    a_watch_ends_with_the_server,
    a_ledger_that_does_not_answer_is_said_to_be_unavailable,
);
