//! The relay: every event stands in the ledger exactly once, whatever breaks in between.

use std::time::Duration;

use countersign_api::candidate::v1::CandidateEvent;
use ledger_format::Leaf;
use prost::Message;

use super::support::{Bench, approve, proposal};

/// What stands in the ledger: subject and idempotency key of each entry, in order.
fn recorded(bench: &Bench) -> Vec<(String, String)> {
    let entries = bench.ledger.entries();
    let of = |leaf: &[u8]| {
        let leaf = Leaf::decode(leaf).expect("a leaf");
        (leaf.subject.to_owned(), leaf.idempotency_key.to_owned())
    };
    entries.iter().map(|entry| of(&entry.leaf)).collect()
}

#[tokio::test]
async fn every_event_is_recorded_once_in_the_order_of_its_candidate() {
    let bench = Bench::open().await;
    for n in 0..30 {
        bench.approved(&format!("p{n}"), proposal(&n.to_string())).await;
    }
    bench.recorded().await;
    let recorded = recorded(&bench);
    assert_eq!(recorded.len(), 60);
    let mut last = std::collections::HashMap::new();
    for (subject, key) in recorded {
        let revision: u32 = key.split('/').nth(1).expect("a revision").parse().expect("a number");
        assert_eq!(last.insert(subject, revision).unwrap_or(0) + 1, revision, "in order, without a gap");
    }
}

#[tokio::test]
async fn content_goes_out_as_it_was_stored() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    bench.recorded().await;
    let entry = &bench.ledger.entries()[0];
    let event = CandidateEvent::decode(entry.content.clone()).expect("an event");
    assert_eq!(event.candidate, candidate.name);
    assert_eq!(bench.get(&candidate.name).await.history[0].event, Some(event));
}

/// C-5: appended, but the answer never came.
#[tokio::test]
async fn a_lost_answer_gives_the_same_receipt_once() {
    let bench = Bench::open().await;
    bench.ledger.lose_next_answer();
    let mut appends = bench.ledger.appends();
    let candidate = bench.propose("p", proposal("7")).await;
    appends.wait_for(|count| *count == 1).await.expect("the relay tries");
    while *appends.borrow() < 2 {
        bench.clock.advance(Duration::from_millis(1));
        tokio::task::yield_now().await;
    }
    bench.recorded().await;
    assert_eq!(bench.ledger.entries().len(), 1, "once");
    let history = bench.get(&candidate.name).await.history;
    assert_eq!((history[0].recorded, history[0].entry_index), (true, 0));
}

/// C-5: the process dies between append and receipt.
#[tokio::test]
async fn a_crash_before_the_receipt_is_kept_gives_the_same_receipt_after_the_restart() {
    let bench = Bench::open().await;
    bench.ledger.lose_next_answer();
    let mut appends = bench.ledger.appends();
    let candidate = bench.propose("p", proposal("7")).await;
    appends.wait_for(|count| *count == 1).await.expect("the relay tries");
    // The clock stands still, so the relay is in its back-off when the process ends.
    let bench = bench.restart().await;
    bench.recorded().await;
    let entries = bench.ledger.entries();
    assert_eq!(entries.len(), 1, "once");
    let history = bench.get(&candidate.name).await.history;
    assert_eq!((history[0].recorded, &history[0].leaf_hash), (true, &entries[0].leaf_hash));
}

#[tokio::test]
async fn proposals_and_decisions_go_on_while_the_ledger_is_down() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let candidate = bench.propose("p", proposal("7")).await;
    bench.reviewer("humans/anna").approve_candidate(approve(&candidate, "d")).await.expect("approved");
    assert!(!bench.get(&candidate.name).await.history[0].recorded);
    assert!(bench.metrics.to_text().expect("text").contains("countersign_outbox_events 2\n"));

    bench.ledger.set_down(false);
    let mut appends = bench.ledger.appends();
    let tried = *appends.borrow_and_update();
    while *appends.borrow() == tried {
        bench.clock.advance(Duration::from_millis(1));
        tokio::task::yield_now().await;
    }
    bench.recorded().await;
    assert_eq!(bench.ledger.entries().len(), 2);
    let text = bench.metrics.to_text().expect("text");
    assert!(text.contains("countersign_outbox_events 0\n"), "{text}");
    assert!(text.contains("countersign_candidates{state=\"APPROVED\"} 1\n"), "{text}");
    assert!(text.contains("countersign_candidates{state=\"PROPOSED\"} 0\n"), "{text}");
}

#[tokio::test]
async fn a_drain_hands_over_what_is_not_recorded_yet() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let mut appends = bench.ledger.appends();
    for n in 0..3 {
        bench.propose(&format!("p{n}"), proposal(&n.to_string())).await;
    }
    appends.wait_for(|count| *count > 0).await.expect("the relay tries");
    // The clock stands still: without the drain, the relay would stay in its back-off for good.
    bench.ledger.set_down(false);
    assert_eq!(bench.end().await.entries().len(), 3);
}

crate::tests::support::on_postgres!(
    every_event_is_recorded_once_in_the_order_of_its_candidate,
    content_goes_out_as_it_was_stored,
    a_lost_answer_gives_the_same_receipt_once,
    a_crash_before_the_receipt_is_kept_gives_the_same_receipt_after_the_restart,
    proposals_and_decisions_go_on_while_the_ledger_is_down,
    a_drain_hands_over_what_is_not_recorded_yet,
);
