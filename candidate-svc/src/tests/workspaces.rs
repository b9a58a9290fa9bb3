//! Reading where nothing was ever written.

use countersign_api::candidate::v1::{
    ListCandidatesRequest, ListTriggersRequest, StreamTriggersRequest, WatchCandidatesRequest, WatchOutcomesRequest,
    proposal_service_client::ProposalServiceClient, review_service_client::ReviewServiceClient,
    trigger_service_client::TriggerServiceClient,
};
use tonic::{Code, Status};

use super::support::{Bench, PARENT, proposal, reason};

fn list(parent: &str) -> ListCandidatesRequest {
    ListCandidatesRequest { parent: parent.into(), ..ListCandidatesRequest::default() }
}

fn watch(parent: &str) -> WatchCandidatesRequest {
    WatchCandidatesRequest { parent: parent.into(), resume_token: String::new() }
}

fn names_what_there_is(refused: &Status) {
    assert_eq!((refused.code(), reason(refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
    assert!(refused.message().contains("`workspaces/dmeo`"), "{}", refused.message());
    assert!(refused.message().contains("there is `workspaces/demo`:"), "{}", refused.message());
}

#[tokio::test]
async fn an_admin_of_all_workspaces_learns_that_one_is_not_there() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("7")).await;
    let mut reviews = ReviewServiceClient::new(bench.admin_of_all());
    assert_eq!(reviews.list_candidates(list(PARENT)).await.expect("a list").into_inner().candidates.len(), 1);

    let typo = || "workspaces/dmeo".to_owned();
    names_what_there_is(&reviews.list_candidates(list(&typo())).await.expect_err("not there"));
    names_what_there_is(&reviews.watch_candidates(watch(&typo())).await.expect_err("not there"));
    let outcomes = WatchOutcomesRequest { parent: typo(), resume_token: String::new() };
    let mut proposals = ProposalServiceClient::new(bench.admin_of_all());
    names_what_there_is(&proposals.watch_outcomes(outcomes).await.expect_err("not there"));
    let mut triggers = TriggerServiceClient::new(bench.admin_of_all());
    let listed = ListTriggersRequest { parent: typo(), ..ListTriggersRequest::default() };
    names_what_there_is(&triggers.list_triggers(listed).await.expect_err("not there"));
    let streamed = StreamTriggersRequest { parent: typo(), resume_token: String::new() };
    names_what_there_is(&triggers.stream_triggers(streamed).await.expect_err("not there"));

    // Asking has made nothing.
    assert_eq!(bench.store().read().workspaces().await.expect("workspaces").len(), 1);
}

#[tokio::test]
async fn a_fresh_installation_lists_as_empty() {
    let bench = Bench::open().await;
    let mut of_all = ReviewServiceClient::new(bench.admin_of_all());
    for mut reviews in [bench.reviewer("humans/anna"), of_all.clone()] {
        assert!(reviews.list_candidates(list(PARENT)).await.expect("a list").into_inner().candidates.is_empty());
    }
    // A watch that begins before the first proposal sees it.
    let mut events = of_all.watch_candidates(watch(PARENT)).await.expect("a watch").into_inner();
    let first = bench.propose("p1", proposal("7")).await;
    let event = events.message().await.expect("an event").expect("an event").event.expect("an event");
    assert_eq!(event.event.expect("an event").candidate, first.name);
}

crate::tests::support::on_postgres!(
    an_admin_of_all_workspaces_learns_that_one_is_not_there,
    a_fresh_installation_lists_as_empty,
);
