//! Rules that the schema itself keeps, whoever writes.
// On one database alone: `schema.rs` asks the other schema.

use super::shelf::Shelf;
use crate::{
    domain::tests::{
        cast::{ANNA, RULES, actor},
        story::Story,
    },
    store::EventReceipt,
    tests::support::Place,
};

#[tokio::test]
async fn what_is_append_only_is_refused_and_receipts_never_change() {
    Place::Postgres.begin();
    let shelf = Shelf::open().await;
    let mut story = Story::new();
    let changed = shelf.propose(&actor(RULES), "p", story.proposal()).await.expect("a candidate");
    story.candidate = Some((*changed.candidate).clone());
    let name = story.it().name.clone();
    shelf.command(&actor(ANNA), "d", &name, story.approve()).await.expect("approved");
    for (sql, said) in [
        ("DELETE FROM events", "append-only"),
        ("TRUNCATE events", "append-only"),
        ("UPDATE events SET content = '\\x00'", "append-only"),
        ("UPDATE events SET content = '\\x00', erased = TRUE", "append-only"),
        ("UPDATE events SET kind = 'candidate_rejected'", "append-only"),
        ("DELETE FROM policy_revisions", "append-only"),
        ("UPDATE policy_revisions SET policy_toml = ''", "append-only"),
        ("UPDATE bindings SET value = ''", "append-only"),
        (
            "INSERT INTO requests SELECT workspace, principal, request_id, request_hash, subject_id, 2 FROM requests LIMIT 1",
            "duplicate key",
        ),
    ] {
        let refused = shelf.on_server(sql).await.expect_err(sql);
        assert!(refused.contains(said), "{sql}: {refused}");
    }
    let receipt = EventReceipt { position: 1, entry_index: 7, leaf_hash: ledger_format::Hash::new([1; 32]) };
    for _ in 0..2 {
        shelf.store.record_receipts(&name.workspace, vec![receipt]).await.expect("the same receipt may come again");
    }
    for sql in [
        "UPDATE events SET entry_index = 8 WHERE position = 1",
        "UPDATE events SET entry_index = NULL, leaf_hash = NULL WHERE position = 1",
    ] {
        let refused = shelf.on_server(sql).await.expect_err(sql);
        assert!(refused.contains("a receipt never changes"), "{sql}: {refused}");
    }
}
