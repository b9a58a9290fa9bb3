//! Lists of candidates: filters, orders, pages.

use countersign_api::candidate::v1::{
    CountCandidatesRequest, Facet, ListCandidatesRequest, Proposal, RiskTier,
    review_service_client::ReviewServiceClient,
};

use super::support::{Bench, PARENT, call_customer, proposal, reason, reject, update_field};

fn list(filter: &str, order_by: &str) -> ListCandidatesRequest {
    ListCandidatesRequest {
        parent: PARENT.into(),
        page_size: 2,
        page_token: String::new(),
        filter: filter.into(),
        order_by: order_by.into(),
    }
}

/// The records of a whole list, page by page.
async fn records(bench: &Bench, mut request: ListCandidatesRequest) -> Vec<String> {
    let mut records = Vec::new();
    loop {
        let page = bench.reviewer("humans/anna").list_candidates(request.clone()).await.expect("a page").into_inner();
        assert!(page.candidates.len() <= 2);
        records.extend(page.candidates.into_iter().map(|candidate| candidate.record.expect("a record").id));
        if page.next_page_token.is_empty() {
            return records;
        }
        request.page_token = page.next_page_token;
    }
}

/// A day of this November.
fn due(day: i64) -> prost_types::Timestamp {
    let seconds = "2026-11-01T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_second();
    prost_types::Timestamp { seconds: seconds + (day - 1) * 24 * 60 * 60, nanos: 0 }
}

/// Seven candidates a minute apart, the first rejected at last.
async fn scene() -> Bench {
    let bench = Bench::open().await;
    let first = bench.propose("p0", proposal("0")).await;
    let proposals = [
        Proposal { risk_tier: RiskTier::High.into(), due_time: Some(due(30)), ..proposal("1") },
        update_field("2"),
        call_customer("3"),
        Proposal { owner: "humans/ben".into(), ..proposal("4") },
        Proposal { owner: String::new(), ..proposal("5") },
        Proposal { due_time: Some(due(24)), ..proposal("6") },
    ];
    for (n, proposal) in (1..).zip(proposals) {
        bench.advance_secs(60);
        bench.propose(&format!("p{n}"), proposal).await;
    }
    bench.advance_secs(60);
    bench.reviewer("humans/anna").reject_candidate(reject(&first, "d")).await.expect("rejected");
    bench
}

#[tokio::test]
async fn filters_pick_by_every_field() {
    let bench = Box::pin(scene()).await;
    for (filter, expected) in [
        ("", "0 1 2 3 4 5 6"),
        ("state = PROPOSED", "1 3 4 6"),
        ("state = NEEDS_EVIDENCE OR state = NEEDS_OWNER", "2 5"),
        ("NOT state = PROPOSED", "0 2 5"),
        ("state != PROPOSED", "0 2 5"),
        ("risk = HIGH", "1 3"),
        ("risk = HIGH AND action_type = create_task", "1"),
        ("owner = humans/ben", "4"),
        ("owner = \"\"", "5"),
        ("action_type = update_field", "2"),
        ("confidence = NEEDS_REVIEW", "0 1 2 3 4 5 6"),
        ("confidence = HIGH", ""),
        ("proposer = generators/rules", "0 1 2 3 4 5 6"),
        ("proposer = \"humans/*\"", ""),
        ("record = crm/deal/4", "4"),
        ("record = \"crm/*\" -record = crm/deal/4", "0 1 2 3 5 6"),
        ("create_time >= \"2026-11-22T09:05:00Z\"", "5 6"),
        ("create_time < \"2026-11-22T09:01:00Z\"", "0"),
        ("update_time > \"2026-11-22T09:06:00Z\"", "0"),
        ("turn = humans/anna", "1 3 6"),
        ("turn = roles/manager OR turn = generators/rules", "2 5"),
        ("turn = \"\"", "0"),
        ("turn = humans/anna AND risk = HIGH", "1 3"),
        ("age > 5m", "0 1"),
        ("age <= 1m", "6"),
        ("due_time > \"2026-11-22T09:00:00Z\"", "1 6"),
        ("due_time < \"2026-11-25T00:00:00Z\"", "6"),
        ("NOT due_time < \"2026-11-25T00:00:00Z\"", "0 1 2 3 4 5"),
        ("expire_time > \"2026-11-22T09:00:00Z\"", "0 1 2 3 4 5 6"),
        ("expire_time < \"2026-11-22T09:00:00Z\"", ""),
        ("risk = \"H*\"", "1 3"),
        ("risk = \"X*\"", ""),
        ("(state = PROPOSED owner = humans/anna) OR state = REJECTED", "0 1 3 6"),
    ] {
        assert_eq!(records(&bench, list(filter, "")).await.join(" "), expected, "{filter}");
    }
}

#[tokio::test]
async fn orders_go_both_ways_through_all_pages() {
    let bench = Box::pin(scene()).await;
    for (order_by, expected) in [
        ("create_time", "0 1 2 3 4 5 6"),
        ("create_time desc", "6 5 4 3 2 1 0"),
        ("update_time", "1 2 3 4 5 6 0"),
        ("update_time desc", "0 6 5 4 3 2 1"),
        ("due_time", "6 1 0 2 3 4 5"),
        ("due_time desc", "5 4 3 2 0 1 6"),
        ("risk", "0 4 5 6 2 1 3"),
        ("risk desc", "1 3 2 0 4 5 6"),
    ] {
        assert_eq!(records(&bench, list("", order_by)).await.join(" "), expected, "{order_by}");
    }
    // A filter keeps the order, whichever index it is found by.
    for (filter, order_by, expected) in [
        ("state = PROPOSED", "create_time desc", "6 4 3 1"),
        ("state = PROPOSED", "update_time desc", "6 4 3 1"),
        ("state = PROPOSED", "due_time", "6 1 3 4"),
        ("state = PROPOSED", "risk desc", "1 3 4 6"),
        ("owner = humans/anna OR owner = humans/ben", "risk desc", "1 3 2 0 4 6"),
        ("owner = humans/anna OR owner = humans/ben", "create_time desc", "6 4 3 2 1 0"),
        ("record = \"crm/deal/*\" AND NOT risk = HIGH", "create_time desc", "6 5 4 2 0"),
        ("record = \"crm/deal/*\"", "risk", "0 4 5 6 2 1 3"),
        ("turn = \"humans/*\"", "risk desc", "1 3 4 6"),
    ] {
        assert_eq!(records(&bench, list(filter, order_by)).await.join(" "), expected, "{filter} by {order_by}");
    }
}

#[tokio::test]
async fn a_page_stays_where_it_is_while_others_are_proposed() {
    let bench = Box::pin(scene()).await;
    let mut request = list("", "create_time desc");
    let first = bench.reviewer("humans/anna").list_candidates(request.clone()).await.expect("a page").into_inner();
    bench.propose("p7", proposal("7")).await;
    request.page_token = first.next_page_token;
    assert_eq!(records(&bench, request).await.join(" "), "4 3 2 1 0");
}

#[tokio::test]
async fn a_token_is_good_for_the_list_it_was_given_for_alone() {
    let bench = Box::pin(scene()).await;
    let request = list("state = PROPOSED", "");
    let page = bench.reviewer("humans/anna").list_candidates(request.clone()).await.expect("a page").into_inner();
    let token = page.next_page_token;
    let altered = format!("{}A", &token[..token.len() - 1]);
    for other in [
        ListCandidatesRequest { page_token: altered, ..request.clone() },
        ListCandidatesRequest { page_token: token.clone(), ..list("state = EDITED", "") },
        ListCandidatesRequest { page_token: token.clone(), ..list("state = PROPOSED", "update_time") },
    ] {
        let refused = bench.reviewer("humans/anna").list_candidates(other).await.expect_err("another list");
        assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    }
    let of_ben = ListCandidatesRequest { page_token: token.clone(), ..request.clone() };
    let refused = bench.reviewer("humans/ben").list_candidates(of_ben).await.expect_err("another caller's token");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    // Another page size is still the same list.
    let larger = ListCandidatesRequest { page_token: token, page_size: 100, ..request };
    let rest = bench.reviewer("humans/anna").list_candidates(larger).await.expect("a page").into_inner();
    assert_eq!(rest.candidates.len(), 2);
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_its_position() {
    let bench = Bench::open().await;
    for (request, expected, part) in [
        (list("state = DONE", ""), "FILTER_INVALID", "at byte 8"),
        (list("state = PROPOSED AND snapshot = x", ""), "FILTER_INVALID", "at byte 21"),
        (list("state = PROPOSED AND (", ""), "FILTER_INVALID", "at byte 22"),
        (list("", "size"), "REQUEST_MALFORMED", "`order_by`"),
        (ListCandidatesRequest { page_size: -1, ..list("", "") }, "REQUEST_MALFORMED", "`page_size`"),
        (ListCandidatesRequest { parent: "demo".into(), ..list("", "") }, "REQUEST_MALFORMED", "`parent`"),
    ] {
        let refused = bench.reviewer("humans/anna").list_candidates(request).await.expect_err(part);
        assert_eq!(reason(&refused), expected, "{part}");
        assert!(refused.message().contains(part), "{part}: {}", refused.message());
    }
    // What looks like SQL is a value like any other.
    assert!(records(&bench, list("owner = \"x' OR 1=1 --\"", "")).await.is_empty());
}

fn count(filter: &str, facets: &[Facet]) -> CountCandidatesRequest {
    let facets = facets.iter().map(|facet| i32::from(*facet)).collect();
    CountCandidatesRequest { parent: PARENT.into(), filter: filter.into(), facets }
}

#[tokio::test]
async fn counts_are_by_every_field_most_frequent_first() {
    let bench = Box::pin(scene()).await;
    let facets =
        [Facet::State, Facet::Owner, Facet::Turn, Facet::Risk, Facet::Confidence, Facet::ActionType, Facet::Proposer];
    let answer = bench.reviewer("humans/anna").count_candidates(count("", &facets)).await.expect("counts").into_inner();
    assert_eq!(answer.total, 7);
    let words: Vec<String> = answer
        .facets
        .iter()
        .map(|facet| {
            let values = facet.values.iter().map(|value| format!("{}={}", value.value, value.count));
            values.collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(answer.facets.iter().map(|facet| facet.facet).collect::<Vec<_>>(), facets.map(i32::from));
    assert!(answer.facets.iter().all(|facet| facet.others == 0));
    assert_eq!(
        words,
        [
            "PROPOSED=4 NEEDS_EVIDENCE=1 NEEDS_OWNER=1 REJECTED=1",
            "humans/anna=5 =1 humans/ben=1",
            "humans/anna=3 =1 generators/rules=1 humans/ben=1 roles/manager=1",
            "LOW=4 HIGH=2 APPROVAL_REQUIRED=1",
            "NEEDS_REVIEW=7",
            "create_task=5 call_customer=1 update_field=1",
            "generators/rules=7",
        ]
    );
    let filtered = count("risk = HIGH", &[Facet::State]);
    let answer = bench.reviewer("humans/anna").count_candidates(filtered).await.expect("counts").into_inner();
    assert_eq!((answer.total, answer.facets[0].values[0].count), (2, 2));
}

#[tokio::test]
async fn values_beyond_the_hundred_most_frequent_are_counted_together() {
    let bench = Bench::open().await;
    for n in 0..102 {
        let owner = format!("humans/p{}", n.min(100));
        bench.propose(&format!("p{n}"), Proposal { owner, ..proposal(&n.to_string()) }).await;
    }
    let answer = bench.reviewer("humans/anna").count_candidates(count("", &[Facet::Owner])).await.expect("counts");
    let answer = answer.into_inner();
    let owners = &answer.facets[0];
    assert_eq!((answer.total, owners.values.len(), owners.others), (102, 100, 1));
    assert_eq!((owners.values[0].value.as_str(), owners.values[0].count), ("humans/p100", 2));
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused() {
    let bench = Bench::open().await;
    let unknown = CountCandidatesRequest { facets: vec![99], ..count("", &[]) };
    for (request, expected) in [
        (count("", &[Facet::Unspecified]), "REQUEST_MALFORMED"),
        (count("", &[Facet::State, Facet::Risk, Facet::State]), "REQUEST_MALFORMED"),
        (unknown, "REQUEST_MALFORMED"),
        (count("colour = red", &[]), "FILTER_INVALID"),
    ] {
        let refused = bench.reviewer("humans/anna").count_candidates(request).await.expect_err(expected);
        assert_eq!(reason(&refused), expected);
    }
}

#[tokio::test]
async fn my_turn_is_mine_and_my_roles() {
    let bench = Box::pin(scene()).await;
    let request = list("turn = me", "");
    assert_eq!(records(&bench, request.clone()).await.join(" "), "1 3 6");
    let channel = bench.channel("humans/ben", service_kit::access::Role::Manager);
    let mut ben = ReviewServiceClient::new(channel);
    let page = ben.list_candidates(ListCandidatesRequest { page_size: 10, ..request }).await.expect("a page");
    let found: Vec<String> = page.into_inner().candidates.into_iter().map(|it| it.turn).collect();
    assert_eq!(found, ["humans/ben", "roles/manager"]);
}

crate::tests::support::on_postgres!(
    filters_pick_by_every_field,
    orders_go_both_ways_through_all_pages,
    a_page_stays_where_it_is_while_others_are_proposed,
    a_token_is_good_for_the_list_it_was_given_for_alone,
    what_is_not_understood_is_refused_with_its_position,
    counts_are_by_every_field_most_frequent_first,
    values_beyond_the_hundred_most_frequent_are_counted_together,
    what_cannot_be_counted_is_refused,
    my_turn_is_mine_and_my_roles,
);
