//! A person's turn passes to another for a while.

use countersign_api::candidate::v1::{
    DelegateReviewsRequest, Delegation, EndDelegationRequest, ListCandidatesRequest, ListDelegationsRequest,
    WorkspaceEvent, review_service_client::ReviewServiceClient, workspace_event::Event,
};
use ledger_format::Leaf;
use prost::Message;
use prost_types::Timestamp;
use service_kit::{access::Role, clock::Clock, grpc::AuthorizedChannel};

use super::support::{Bench, PARENT, approve, proposal, reason};

const DAY_SECS: u64 = 24 * 60 * 60;

fn in_days(bench: &Bench, days: u64) -> Timestamp {
    let seconds = bench.clock.now().as_second() + i64::try_from(days * DAY_SECS).expect("few days");
    Timestamp { seconds, nanos: 0 }
}

/// Anna's turn passes to Ben for seven days.
fn to_ben(bench: &Bench, request_id: &str) -> DelegateReviewsRequest {
    DelegateReviewsRequest {
        parent: PARENT.into(),
        request_id: request_id.into(),
        delegate: "humans/ben".into(),
        end_time: Some(in_days(bench, 7)),
        note: "On leave".into(),
        ..DelegateReviewsRequest::default()
    }
}

fn end(delegation: &Delegation, request_id: &str) -> EndDelegationRequest {
    EndDelegationRequest { name: delegation.name.clone(), request_id: request_id.into(), note: "Back".into() }
}

fn manager(bench: &Bench) -> ReviewServiceClient<AuthorizedChannel> {
    ReviewServiceClient::new(bench.channel("humans/cara", Role::Manager))
}

async fn made(bench: &Bench, request_id: &str) -> Delegation {
    let response = bench.reviewer("humans/anna").delegate_reviews(to_ben(bench, request_id)).await.expect("made");
    response.into_inner().delegation.expect("a delegation")
}

/// The records of those whose turn a filter asks for.
async fn turns(bench: &Bench, who: &str, filter: &str) -> String {
    let request = ListCandidatesRequest { parent: PARENT.into(), filter: filter.into(), ..Default::default() };
    let page = bench.reviewer(who).list_candidates(request).await.expect("a page").into_inner();
    let records = page.candidates.into_iter().map(|candidate| candidate.record.expect("a record").id);
    records.collect::<Vec<_>>().join(" ")
}

async fn listed(bench: &Bench, page_size: i32) -> Vec<Delegation> {
    let mut request = ListDelegationsRequest { parent: PARENT.into(), page_size, ..Default::default() };
    let mut all = Vec::new();
    loop {
        let page = bench.reviewer("humans/anna").list_delegations(request.clone()).await.expect("a page").into_inner();
        assert!(page.delegations.len() <= usize::try_from(page_size).expect("not negative"));
        all.extend(page.delegations);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn what_is_annas_turn_is_bens_too_until_the_delegation_ends() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    assert_eq!(turns(&bench, "humans/ben", "turn = humans/ben").await, "");
    let delegation = made(&bench, "d").await;
    assert_eq!((delegation.delegator.as_str(), delegation.created_by.as_str()), ("humans/anna", "humans/anna"));
    assert_eq!(turns(&bench, "humans/ben", "turn = humans/ben").await, "1");
    assert_eq!(turns(&bench, "humans/ben", "turn = me").await, "1");
    assert_eq!(turns(&bench, "humans/ben", "NOT turn = me").await, "");
    // It stays Anna's, and Ben's does not become hers.
    assert_eq!(turns(&bench, "humans/anna", "turn = me").await, "1");

    bench.advance_secs(7 * DAY_SECS - 1);
    assert_eq!(turns(&bench, "humans/ben", "turn = me").await, "1");
    bench.advance_secs(1);
    assert_eq!(turns(&bench, "humans/ben", "turn = me").await, "");
}

#[tokio::test]
async fn a_delegation_that_has_not_begun_changes_nothing_yet() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("1")).await;
    let later = DelegateReviewsRequest { start_time: Some(in_days(&bench, 1)), ..to_ben(&bench, "d") };
    bench.reviewer("humans/anna").delegate_reviews(later).await.expect("made");
    assert_eq!(turns(&bench, "humans/ben", "turn = me").await, "");
    bench.advance_secs(DAY_SECS);
    assert_eq!(turns(&bench, "humans/ben", "turn = me").await, "1");
}

#[tokio::test]
async fn the_right_to_decide_does_not_pass() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p1", proposal("1")).await;
    let to_olga = DelegateReviewsRequest { delegate: "humans/olga".into(), ..to_ben(&bench, "d") };
    bench.reviewer("humans/anna").delegate_reviews(to_olga).await.expect("made");
    let mut olga = ReviewServiceClient::new(bench.channel("humans/olga", Role::Auditor));
    let refused = olga.approve_candidate(approve(&candidate, "a")).await.expect_err("an auditor decides nothing");
    assert_eq!(reason(&refused), "ACCESS_DENIED");
}

#[tokio::test]
async fn a_managers_word_passes_anothers_turn_on_and_ends_it() {
    let bench = Bench::open().await;
    let of_anna = || DelegateReviewsRequest { delegator: "humans/anna".into(), ..to_ben(&bench, "d") };
    let refused = bench.reviewer("humans/ben").delegate_reviews(of_anna()).await.expect_err("not his to take");
    assert_eq!(reason(&refused), "ACCESS_DENIED");
    let delegation = manager(&bench).delegate_reviews(of_anna()).await.expect("made").into_inner().delegation;
    let delegation = delegation.expect("a delegation");
    assert_eq!((delegation.delegator.as_str(), delegation.created_by.as_str()), ("humans/anna", "humans/cara"));

    let refused = bench.reviewer("humans/ben").end_delegation(end(&delegation, "e")).await.expect_err("not his to end");
    assert_eq!(reason(&refused), "ACCESS_DENIED");
    bench.advance_secs(60);
    let ended = manager(&bench).end_delegation(end(&delegation, "e")).await.expect("ended").into_inner().delegation;
    assert_eq!(ended.expect("a delegation").end_time.expect("an end").seconds, bench.clock.now().as_second());
    assert!(listed(&bench, 10).await.is_empty());
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_whatever_happened_since() {
    let bench = Bench::open().await;
    let request = to_ben(&bench, "d");
    let first = made(&bench, "d").await;
    let ended = bench.reviewer("humans/anna").end_delegation(end(&first, "e")).await.expect("ended").into_inner();
    let bench = bench.restart().await;
    let again = bench.reviewer("humans/anna").delegate_reviews(request.clone()).await.expect("again").into_inner();
    assert_eq!(again.delegation, Some(first.clone()));
    let again = bench.reviewer("humans/anna").end_delegation(end(&first, "e")).await.expect("again").into_inner();
    assert_eq!(again, ended);

    let other = DelegateReviewsRequest { note: "Gone".into(), ..request };
    let refused = bench.reviewer("humans/anna").delegate_reviews(other).await.expect_err("another request");
    assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
    // An id that a delegation has is no candidate's, and none that is over can end again.
    let refused = bench.reviewer("humans/anna").end_delegation(end(&first, "f")).await.expect_err("it has ended");
    assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
}

#[tokio::test]
async fn two_that_are_asked_at_once_see_one_another() {
    let bench = Bench::open().await;
    let back = DelegateReviewsRequest { delegate: "humans/anna".into(), ..to_ben(&bench, "b") };
    let (mut anna, mut ben) = (bench.reviewer("humans/anna"), bench.reviewer("humans/ben"));
    let (first, second) = tokio::join!(anna.delegate_reviews(to_ben(&bench, "a")), ben.delegate_reviews(back));
    let refused = match (first, second) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        both => panic!("one of them is a circle: {both:?}"),
    };
    assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    assert!(refused.message().contains("their own turn passes to"), "{}", refused.message());
}

#[tokio::test]
async fn the_next_to_end_comes_first_page_by_page() {
    let bench = Bench::open().await;
    for (n, days) in [5, 1, 3].into_iter().enumerate() {
        let request =
            DelegateReviewsRequest { end_time: Some(in_days(&bench, days)), ..to_ben(&bench, &format!("d{n}")) };
        bench.reviewer("humans/anna").delegate_reviews(request).await.expect("made");
    }
    let ends: Vec<i64> = listed(&bench, 1).await.iter().map(|it| it.end_time.expect("an end").seconds).collect();
    assert_eq!(ends, [1, 3, 5].map(|days| in_days(&bench, days).seconds));
    let altered = ListDelegationsRequest { parent: PARENT.into(), page_token: "AAAA".into(), page_size: 1 };
    let refused = bench.reviewer("humans/anna").list_delegations(altered).await.expect_err("no token");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn the_ledger_has_both_its_beginning_and_its_end() {
    let bench = Bench::open().await;
    let delegation = made(&bench, "d").await;
    bench.reviewer("humans/anna").end_delegation(end(&delegation, "e")).await.expect("ended");
    bench.recorded().await;
    let entries = bench.ledger.entries();
    let id = delegation.name.rsplit('/').next().expect("an id");
    for ((entry, kind), revision) in entries.iter().zip(["delegation_made", "delegation_ended"]).zip(1..) {
        let leaf = Leaf::decode(&entry.leaf).expect("a leaf");
        assert_eq!((leaf.subject, leaf.kind), (delegation.name.as_str(), kind));
        assert_eq!(leaf.idempotency_key, format!("{id}/{revision}/0"));
        let event = WorkspaceEvent::decode(entry.content.clone()).expect("an event");
        assert_eq!((event.subject.as_str(), event.revision), (delegation.name.as_str(), revision));
        match event.event.expect("something happened") {
            Event::DelegationMade(made) => assert_eq!(made, delegation),
            Event::DelegationEnded(ended) => assert_eq!(ended.note, "Back"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(entries.len(), 2);
}

#[tokio::test]
async fn what_is_not_of_its_form_is_refused_by_field() {
    let bench = Bench::open().await;
    let good = to_ben(&bench, "d");
    for (request, field) in [
        (DelegateReviewsRequest { end_time: None, ..good.clone() }, "end_time"),
        (DelegateReviewsRequest { end_time: Some(in_days(&bench, 91)), ..good.clone() }, "end_time"),
        (DelegateReviewsRequest { delegate: "services/executor".into(), ..good.clone() }, "delegate"),
        (DelegateReviewsRequest { delegate: "humans/anna".into(), ..good.clone() }, "delegate"),
        (DelegateReviewsRequest { delegator: "anna".into(), ..good.clone() }, "delegator"),
        (DelegateReviewsRequest { request_id: String::new(), ..good.clone() }, "request_id"),
    ] {
        let refused = bench.reviewer("humans/anna").delegate_reviews(request).await.expect_err(field);
        assert_eq!(reason(&refused), "REQUEST_MALFORMED", "{field}");
        assert!(refused.message().contains(&format!("`{field}`")), "{}", refused.message());
    }
    assert!(listed(&bench, 10).await.is_empty());
}

crate::tests::support::on_postgres!(
    what_is_annas_turn_is_bens_too_until_the_delegation_ends,
    a_delegation_that_has_not_begun_changes_nothing_yet,
    the_right_to_decide_does_not_pass,
    a_managers_word_passes_anothers_turn_on_and_ends_it,
    the_same_request_gets_the_same_answer_whatever_happened_since,
    two_that_are_asked_at_once_see_one_another,
    the_next_to_end_comes_first_page_by_page,
    the_ledger_has_both_its_beginning_and_its_end,
    what_is_not_of_its_form_is_refused_by_field,
);
