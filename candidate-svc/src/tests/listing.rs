//! Lists of candidates: filters, orders, pages.

use countersign_api::candidate::v1::{ListCandidatesRequest, Proposal, RiskTier};

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

/// Seven candidates a minute apart, the first rejected at last.
async fn scene() -> Bench {
    let bench = Bench::open().await;
    let first = bench.propose("p0", proposal("0")).await;
    let proposals = [
        Proposal { risk_tier: RiskTier::High.into(), ..proposal("1") },
        update_field("2"),
        call_customer("3"),
        Proposal { owner: "humans/ben".into(), ..proposal("4") },
        Proposal { owner: String::new(), ..proposal("5") },
        proposal("6"),
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
    ] {
        assert_eq!(records(&bench, list("", order_by)).await.join(" "), expected, "{order_by}");
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
    // Another page size is still the same list.
    let larger = ListCandidatesRequest { page_token: token, page_size: 100, ..request };
    let rest = bench.reviewer("humans/anna").list_candidates(larger).await.expect("a page").into_inner();
    assert_eq!(rest.candidates.len(), 2);
}

#[tokio::test]
async fn what_is_not_understood_is_refused_with_its_position() {
    let bench = Bench::open().await;
    for (request, expected, part) in [
        (list("state = DONE", ""), "FILTER_INVALID", "at byte 0"),
        (list("state = PROPOSED AND snapshot = x", ""), "FILTER_INVALID", "at byte 21"),
        (list("state = PROPOSED AND (", ""), "FILTER_INVALID", "at byte 22"),
        (list("", "risk"), "REQUEST_MALFORMED", "`order_by`"),
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
