//! Rules that the schema itself keeps.
// On one database alone: the rules are the schema's, and `schema_on_postgres.rs` asks the other one.

use super::shelf::Shelf;
use crate::{
    domain::tests::{
        cast::{RULES, actor},
        story::Story,
    },
    store::EventReceipt,
};

async fn refused(shelf: &Shelf, sql: &'static str) -> String {
    let mut outsider = shelf.outsider().await;
    sqlx::query(sql).execute(&mut outsider).await.expect_err(sql).to_string()
}

#[tokio::test]
async fn events_are_append_only_and_receipts_never_change() {
    let shelf = Shelf::open().await;
    shelf.propose(&actor(RULES), "p", Story::new().proposal()).await.expect("a candidate");
    for sql in ["DELETE FROM events", "UPDATE events SET content = x'00'", "UPDATE events SET revision = 2"] {
        assert!(refused(&shelf, sql).await.contains("events are append-only"), "{sql}");
    }
    let receipt = EventReceipt { position: 1, entry_index: 7, leaf_hash: ledger_format::Hash::new([1; 32]) };
    for _ in 0..2 {
        shelf
            .store
            .record_receipts(&Story::new().proposal().name.workspace, vec![receipt])
            .await
            .expect("the same receipt may come again");
    }
    assert!(refused(&shelf, "UPDATE events SET entry_index = 8").await.contains("a receipt never changes"));
    assert!(refused(&shelf, "UPDATE events SET entry_index = NULL, leaf_hash = NULL").await.contains("never changes"));
}

#[tokio::test]
async fn a_request_has_one_answer() {
    let shelf = Shelf::open().await;
    shelf.propose(&actor(RULES), "p", Story::new().proposal()).await.expect("a candidate");
    let twice =
        "INSERT INTO requests SELECT workspace, principal, request_id, request_hash, subject_id, 2 FROM requests";
    assert!(refused(&shelf, twice).await.contains("UNIQUE constraint failed"));
}
