//! An erasure in the file itself: nothing is left in any table, free page or WAL, and nothing else than an erasure passes the triggers.
// On one database alone: what is left is looked for in the file, and `erasing_on_postgres.rs` looks in the rows.

use ledger_format::Hash;
use sqlx::{AssertSqlSafe, Connection};
use uuid::Uuid;

use super::shelf::Shelf;
use crate::{
    domain::{
        Candidate, Propose, evolve,
        tests::{
            cast::{BEN, RULES, actor},
            story::Story,
        },
    },
    store::{EraseJob, Erased, EventReceipt},
    wire,
};

const WORDS: &str = "marker: her number is 0049 170 555";

/// A rejected candidate of a proposer who said these words.
async fn rejected(shelf: &Shelf) -> Candidate {
    let mut story = Story::new();
    let mut propose: Propose = story.proposal();
    propose.proposal.context_summary = WORDS.to_owned();
    propose.proposal.dedup_key = WORDS.to_owned();
    let name = propose.name.clone();
    shelf.propose(&actor(RULES), "propose", propose).await.expect("proposed");
    story.candidate = Some(shelf.candidate(&name).await);
    shelf.command(&actor(BEN), "reject", &name, story.reject()).await.expect("rejected");
    shelf.candidate(&name).await
}

/// Gives every event that waits its receipt, the first at index 10.
async fn record_all(shelf: &Shelf, candidate: &Candidate) {
    let workspace = &candidate.name.workspace;
    let waiting = shelf.store.read().outbox(workspace, 100).await.expect("the outbox");
    let receipts = waiting.iter().zip(10..).map(|(event, entry_index)| EventReceipt {
        position: event.position,
        entry_index,
        leaf_hash: Hash::new([1; 32]),
    });
    shelf.store.record_receipts(workspace, receipts.collect()).await.expect("recorded");
}

fn job(candidate: &Candidate, erased_below: u64) -> EraseJob {
    EraseJob { candidate: candidate.name.clone(), entry_index: erased_below, erased_below }
}

fn stands_in(shelf: &Shelf, needle: &[u8]) -> bool {
    ["", "-wal"].into_iter().any(|end| {
        let mut path = shelf.file().into_os_string();
        path.push(end);
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test]
async fn a_candidate_is_erased_once_it_is_recorded_and_no_byte_of_it_is_left() {
    let shelf = Shelf::open().await;
    let before = rejected(&shelf).await;
    let nonce = before.payload.nonce().as_bytes().to_vec();
    assert!(stands_in(&shelf, WORDS.as_bytes()), "it was said");

    let waits = shelf.store.erase(job(&before, 99)).await.expect("asked");
    assert_eq!(waits, Erased::NotYetRecorded);
    record_all(&shelf, &before).await;
    let late = shelf.store.erase(job(&before, 10)).await.expect("asked");
    assert_eq!(late, Erased::CameLate, "the ledger has an event at 11");
    assert_eq!(shelf.candidate(&before.name).await, before, "nothing was done");

    assert_eq!(shelf.store.erase(job(&before, 99)).await.expect("asked"), Erased::Done);
    assert!(shelf.store.empty_wal().await.expect("the WAL"), "nobody reads");
    for (needle, what) in [
        (WORDS.as_bytes().to_vec(), "what was said"),
        (before.payload.canonical_json().as_bytes().to_vec(), "the payload"),
        (nonce.clone(), "the nonce"),
        (hex::encode(&nonce).into_bytes(), "the nonce in digits"),
    ] {
        assert!(!stands_in(&shelf, &needle), "{what} is still there");
    }
    let after = shelf.candidate(&before.name).await;
    let erasure = after.erased.expect("it says so");
    assert_eq!(after, before.erased_by(erasure));
    assert_eq!(erasure.entry_index, 99);
    assert_eq!(shelf.store.erase(job(&before, 99)).await.expect("asked"), Erased::Done, "again: nothing to do");

    // C-8: what its events make is what is left of it.
    let history = shelf.store.read().candidate_with_history(&before.name).await.expect("readable").expect("there").1;
    let events = history.iter().map(|stored| wire::event::decode(&stored.content).expect("an event"));
    let rebuilt = events.fold(None, |candidate, event| {
        assert!(event.erased);
        Some(evolve(candidate, &event))
    });
    assert_eq!(rebuilt.map(|candidate| Candidate { erased: after.erased, ..candidate }), Some(after.clone()));
    let mut outsider = shelf.outsider().await;
    for (sql, what) in [
        ("SELECT count(*) FROM rejection_memories", "a memory of it"),
        ("SELECT count(*) FROM requests WHERE request_hash <> zeroblob(32)", "a hash of what was asked"),
        (
            "SELECT count(*) FROM candidates WHERE dedup_key IS NOT NULL OR change_subject IS NOT NULL OR record <> ''",
            "what it was known by",
        ),
    ] {
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut outsider).await.expect("counted");
        assert_eq!(left, 0, "{what} is left");
    }
    outsider.close().await.expect("it closes");
    let again = shelf.propose(&actor(RULES), "propose", Story::new().proposal()).await.expect("the request is known");
    assert!(again.replayed, "C-6: it proposes nothing twice");
    assert_eq!(again.candidate.erased, after.erased);
}

#[tokio::test]
async fn a_trigger_stays_as_long_as_somebody_else_came_from_it() {
    let shelf = Shelf::open().await;
    let first = rejected(&shelf).await;
    let mut propose = Story::new().proposal();
    propose.name.id = Uuid::from_u128(9);
    shelf.propose(&actor(RULES), "another", propose).await.expect("proposed");
    let trigger = first.proposal.trigger.name.clone();
    record_all(&shelf, &first).await;
    assert_eq!(shelf.store.erase(job(&first, 99)).await.expect("erased"), Erased::Done);
    let kept = shelf.store.read().trigger(&trigger).await.expect("readable").expect("there");
    assert_eq!(kept.source_id, "D-17", "the other one needs it");
    let mut other = first.clone();
    other.name.id = Uuid::from_u128(9);
    assert_eq!(shelf.store.erase(job(&other, 99)).await.expect("erased"), Erased::Done);
    let left = shelf.store.read().trigger(&trigger).await.expect("readable").expect("there");
    assert_eq!((left.source_id.clone(), left.fields.len()), (trigger.id.to_string(), 0));
}

#[tokio::test]
async fn nothing_but_an_erasure_passes_the_triggers() {
    let shelf = Shelf::open().await;
    let candidate = rejected(&shelf).await;
    record_all(&shelf, &candidate).await;
    let mut outsider = shelf.outsider().await;
    let before = ["UPDATE events SET content = x'00', erased = 1", "UPDATE events SET content = x'00'"];
    for sql in before {
        let said = sqlx::query(sql).execute(&mut outsider).await.expect_err(sql).to_string();
        assert!(said.contains("append-only"), "{sql}: {said}");
    }
    shelf.store.erase(job(&candidate, 99)).await.expect("erased");
    for sql in [
        "UPDATE events SET content = x'00', erased = 1",
        "UPDATE events SET content = x'00'",
        "UPDATE events SET erased = 0",
        "UPDATE events SET kind = 'candidate_approved'",
        "UPDATE candidates SET erased_index = NULL",
        "UPDATE candidates SET erased_index = 7",
        "DELETE FROM events",
    ] {
        let said = sqlx::query(sql).execute(&mut outsider).await.expect_err(sql).to_string();
        assert!(said.contains("append-only") || said.contains("stays erased"), "{sql}: {said}");
    }
    outsider.close().await.expect("it closes");
}
