//! The database itself refuses to change what was acknowledged.

use ledger_svc::audit::{Error, What};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::bench::Files;

async fn filled() -> (Files, SqliteConnection) {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 260, 130).await;
    bench.drain().await;
    let options = SqliteConnectOptions::new().filename(files.ledger());
    let connection = options.connect().await.expect("it opens");
    (files, connection)
}

#[tokio::test]
async fn no_row_of_the_log_is_changed_or_taken_out() {
    let (files, mut connection) = filled().await;
    for (sql, said) in [
        ("UPDATE entries SET workspace = 'other'", "an entry of the ledger is never changed"),
        ("UPDATE entries SET entry_index = entry_index + 1000", "an entry of the ledger is never changed"),
        ("UPDATE entries SET leaf_hash = zeroblob(32)", "an entry of the ledger is never changed"),
        ("UPDATE entries SET idempotency_key = 'k' WHERE entry_index = 7", "an entry of the ledger is never changed"),
        (
            "UPDATE entries SET leaf = x'00', sealed = x'' WHERE entry_index = 7",
            "an entry of the ledger is never changed",
        ),
        ("UPDATE entries SET content_key = 2", "an entry of the ledger is never changed"),
        ("UPDATE entries SET sealed = x'00' WHERE entry_index = 7", "an entry of the ledger is never sealed anew"),
        ("DELETE FROM entries WHERE entry_index = 259", "an entry of the ledger is never deleted"),
        ("UPDATE tiles SET hashes = zeroblob(8192)", "a tile of the ledger is never changed"),
        ("UPDATE tiles SET level = 1", "a tile of the ledger is never changed"),
        ("DELETE FROM tiles", "a tile of the ledger is never deleted"),
        ("UPDATE checkpoints SET signed_note = 'forged'", "a checkpoint of the ledger is never changed"),
        ("UPDATE checkpoints SET previous_size = 0", "a checkpoint of the ledger is never changed"),
        ("DELETE FROM checkpoints WHERE size = 130", "a checkpoint of the ledger is never deleted"),
        (
            "INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE entry_index = 7",
            "an entry of the ledger is never replaced",
        ),
        (
            "REPLACE INTO entries SELECT workspace, 900, leaf_hash, content_key, idempotency_key, leaf, sealed FROM entries \
             WHERE entry_index = 7",
            "an entry of the ledger is never replaced",
        ),
        (
            "REPLACE INTO entries (rowid, workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed) \
             SELECT rowid, workspace, 900, leaf_hash, content_key, 'k', leaf, sealed FROM entries WHERE entry_index = 7",
            "an entry of the ledger is never replaced",
        ),
        ("REPLACE INTO tiles SELECT * FROM tiles LIMIT 1", "a tile of the ledger is never replaced"),
        (
            "REPLACE INTO checkpoints SELECT * FROM checkpoints WHERE size = 130",
            "a checkpoint of the ledger is never replaced",
        ),
    ] {
        let refused = sqlx::raw_sql(sql).execute(&mut connection).await.expect_err(sql);
        assert!(refused.to_string().contains(said), "{sql}: {refused}");
    }
    connection.close().await.expect("it closes");
    assert_eq!(files.verify().await.expect("untouched")[0].size, 260);
}

#[tokio::test]
async fn what_an_erasure_destroys_can_be_destroyed() {
    let (_files, mut connection) = filled().await;
    let erased = sqlx::raw_sql("UPDATE entries SET sealed = x'' WHERE entry_index = 7");
    assert_eq!(erased.execute(&mut connection).await.expect("taken").rows_affected(), 1);
}

#[tokio::test]
async fn a_trigger_that_was_taken_away_or_weakened_is_found() {
    for (sql, is_expected) in [
        (
            "DROP TRIGGER entries_are_never_deleted",
            (|what| matches!(what, What::SchemaLost { .. })) as fn(&What) -> bool,
        ),
        (
            "DROP TRIGGER tiles_are_never_changed; \
             CREATE TRIGGER tiles_are_never_changed BEFORE UPDATE ON tiles WHEN false BEGIN SELECT 1; END",
            (|what| matches!(what, What::SchemaChanged { .. })) as fn(&What) -> bool,
        ),
    ] {
        let (files, mut connection) = filled().await;
        sqlx::raw_sql(sql).execute(&mut connection).await.expect(sql);
        connection.close().await.expect("it closes");
        match files.verify().await {
            Err(Error::Found(finding)) => assert!(is_expected(&finding.what), "{sql}: {finding}"),
            other => panic!("{sql}: nothing was found: {other:?}"),
        }
    }
}
