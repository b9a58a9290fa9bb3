//! One outbox, and a relay in every process.
// On one database alone: a file has one process.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::candidate::v1::{CandidateEvent, State};
use futures::future::join_all;
use ledger_format::Leaf;
use prost::Message;

use crate::tests::support::{Bench, approve, edit, proposal};

/// C-5: each event stands in the ledger once, and those of each candidate in their order.
fn each_event_once_and_in_order(bench: &Bench) -> usize {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let entries = bench.ledger.entries();
    for entry in &entries {
        let leaf = Leaf::decode(&entry.leaf).expect("a leaf");
        let revision = i64::try_from(leaf.subject_revision).expect("small");
        let event = CandidateEvent::decode(entry.content.clone()).expect("an event");
        assert!(seen.insert((leaf.subject.to_string(), revision, leaf.kind.to_string())), "C-5: {event:?} came twice");
        let before = last.insert(leaf.subject.to_string(), revision).unwrap_or_default();
        assert!(revision >= before, "revision {revision} of {} came after {before}", leaf.subject);
    }
    entries.len()
}

#[tokio::test]
async fn events_of_all_processes_are_recorded_once_and_those_of_a_candidate_in_their_order() {
    let benches = Bench::several(3, "").await;
    let told = (0..15).map(|n| {
        let benches = &benches;
        async move {
            let candidate = benches[n % 3].propose(&format!("p{n}"), proposal(&format!("{n}"))).await;
            let request = edit(&candidate, &format!("e{n}"), "2026-12-01");
            let edited = benches[(n + 1) % 3].reviewer("humans/ben").edit_candidate(request).await.expect("edited");
            let edited = edited.into_inner().candidate.expect("a candidate");
            let request = approve(&edited, &format!("a{n}"));
            benches[(n + 2) % 3].reviewer("humans/anna").approve_candidate(request).await.expect("approved");
        }
    });
    join_all(told).await;
    for bench in &benches {
        bench.recorded().await;
    }
    assert_eq!(each_event_once_and_in_order(&benches[0]), 45);
}

#[tokio::test]
async fn a_process_that_drains_sends_what_is_left_whoever_has_the_turn() {
    let benches = Bench::several(2, "").await;
    let [gone, left] = benches.try_into().unwrap_or_else(|_| panic!("two"));
    gone.propose("p1", proposal("1")).await;
    gone.recorded().await;
    // It has the turn, and is as good as killed: its relay reaches no ledger any more, and its turn is never given back.
    let turn = "UPDATE relay_leases SET holder = decode(repeat('ff', 16), 'hex'), until_us = 9000000000000000";
    sqlx::raw_sql(turn).execute(&mut left.connection().await).await.expect("taken");
    let candidate = left.propose("p2", proposal("2")).await;
    assert_eq!(left.candidate(&candidate.name).await.state(), State::Proposed);
    let ledger = left.end().await;
    assert_eq!(ledger.entries().len(), 2, "nobody waits for somebody else's next start");
    gone.end().await;
}

#[tokio::test]
async fn the_relays_of_others_go_on_when_a_process_ends() {
    let mut benches = Bench::several(2, "").await;
    let ended = benches.remove(0);
    ended.propose("p1", proposal("1")).await;
    ended.recorded().await;
    let (ledger, left) = (ended.ledger.clone(), benches.remove(0));
    ledger.set_down(true);
    let candidate = ended.propose("p2", proposal("2")).await;
    ended.end().await;
    ledger.set_down(false);
    // What it left waits for nobody's next start: another process sends it, at the latest when the turn of the one that ended is over.
    left.advance_secs(60);
    left.recorded().await;
    assert_eq!(each_event_once_and_in_order(&left), 2);
    assert_eq!(left.candidate(&candidate.name).await.state(), State::Proposed);
}
