//! An erasure in the rows of a server: nothing is left in any of them, and nothing else than an erasure passes the triggers.
// On one database alone: `erasing.rs` looks into the bytes of a file.

use ledger_format::Hash;

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
    tests::support::Place,
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

fn job(candidate: &Candidate, erased_below: u64) -> EraseJob {
    EraseJob { candidate: candidate.name.clone(), entry_index: erased_below, erased_below }
}

#[tokio::test]
async fn a_candidate_is_erased_once_it_is_recorded_and_no_row_says_what_it_said() {
    Place::Postgres.begin();
    let shelf = Shelf::open().await;
    let before = rejected(&shelf).await;
    let workspace = &before.name.workspace;
    assert_eq!(shelf.store.erase(job(&before, 99)).await.expect("asked"), Erased::NotYetRecorded);
    let waiting = shelf.store.read().outbox(workspace, 100).await.expect("the outbox");
    let receipts = waiting.iter().zip(10..).map(|(event, entry_index)| EventReceipt {
        position: event.position,
        entry_index,
        leaf_hash: Hash::new([1; 32]),
    });
    shelf.store.record_receipts(workspace, receipts.collect()).await.expect("recorded");
    assert_eq!(shelf.store.erase(job(&before, 10)).await.expect("asked"), Erased::CameLate);
    assert_eq!(shelf.candidate(&before.name).await, before, "nothing was done");
    assert_eq!(shelf.store.erase(job(&before, 99)).await.expect("asked"), Erased::Done);

    let nonce = hex::encode(before.payload.nonce().as_bytes());
    for (table, column) in [
        ("candidates", "candidates.snapshot"),
        ("candidates", "coalesce(encode(candidates.dedup_key, 'escape'), '')"),
        ("events", "encode(events.content, 'escape')"),
        ("triggers", "triggers.snapshot"),
    ] {
        let payload = before.payload.canonical_json();
        let sql = format!(
            "SELECT count(*) FROM {table} WHERE strpos({column}, '{WORDS}') > 0 OR strpos({column}, '{payload}') > 0 \
             OR strpos({column}, '{nonce}') > 0"
        );
        assert_eq!(shelf.on_server(&sql).await.as_deref(), Ok("0"), "{column}");
    }
    for (sql, what) in [
        ("SELECT count(*) FROM rejection_memories", "a memory of it"),
        ("SELECT count(*) FROM likenesses", "what it was alike to"),
        (
            "SELECT count(*) FROM candidates WHERE dedup_key IS NOT NULL OR change_subject IS NOT NULL OR record <> ''",
            "what it was known by",
        ),
        (
            "SELECT count(*) FROM requests WHERE request_hash <> decode(repeat('00', 32), 'hex')",
            "a hash of what was asked",
        ),
    ] {
        assert_eq!(shelf.on_server(sql).await.as_deref(), Ok("0"), "{what} is left");
    }
    let after = shelf.candidate(&before.name).await;
    let erasure = after.erased.expect("it says so");
    assert_eq!(after, before.erased_by(erasure));
    assert_eq!(shelf.store.erase(job(&before, 99)).await.expect("asked"), Erased::Done, "again: nothing to do");

    // C-8: what its events make is what is left of it.
    let history = shelf.store.read().candidate_with_history(&before.name).await.expect("readable").expect("there").1;
    let events = history.iter().map(|stored| wire::event::decode(&stored.content).expect("an event"));
    let rebuilt = events.fold(None, |candidate, event| Some(evolve(candidate, &event)));
    assert_eq!(rebuilt.map(|candidate| Candidate { erased: after.erased, ..candidate }), Some(after.clone()));
    let again = shelf.propose(&actor(RULES), "propose", Story::new().proposal()).await.expect("the request is known");
    assert!(again.replayed, "C-6: it proposes nothing twice");

    for sql in [
        "UPDATE events SET content = '\\x00', erased = TRUE",
        "UPDATE events SET erased = FALSE",
        "UPDATE candidates SET erased_index = NULL",
        "UPDATE candidates SET erased_index = 7",
    ] {
        let said = shelf.on_server(sql).await.expect_err(sql);
        assert!(said.contains("append-only") || said.contains("stays erased"), "{sql}: {said}");
    }
}
