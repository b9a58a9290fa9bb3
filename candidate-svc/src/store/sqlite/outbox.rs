//! Events that wait for their ledger receipt, and the receipts when they come.

use countersign_api::name::Workspace;
use sqlx::{Sqlite, SqliteConnection, SqliteExecutor, query_builder::Separated};

use super::bulk;
use crate::store::{
    Error, OutboxEvent,
    job::{EventReceipt, ReceiptsJob},
    rows::{column::signed, events::waiting},
};

/// Reads the oldest events of a workspace without a receipt, in the order of commits, at most `limit`.
pub(in crate::store) async fn oldest(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    limit: u32,
) -> Result<Vec<OutboxEvent>, Error> {
    let rows = sqlx::query(
        "SELECT position, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest, \
         traceparent, content FROM events WHERE workspace = ? AND entry_index IS NULL ORDER BY position LIMIT ?",
    )
    .bind(workspace.id())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| waiting(workspace, row)).collect()
}

/// Writes receipts. One that is there already may come again; another one for the same event breaks the transaction.
pub(in crate::store) async fn record_receipts(
    connection: &mut SqliteConnection,
    jobs: &[ReceiptsJob],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "WITH receipts (position, entry_index, leaf_hash) AS (";
    const TAIL: &str = ") UPDATE events SET entry_index = receipts.entry_index, leaf_hash = receipts.leaf_hash \
                        FROM receipts WHERE events.position = receipts.position";
    let receipts: Vec<EventReceipt> = jobs.iter().flat_map(|job| job.receipts.iter().copied()).collect();
    for chunk in bulk::chunks(&receipts) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, receipt: &EventReceipt| {
            values
                .push_bind(receipt.position)
                .push_bind(signed(receipt.entry_index))
                .push_bind(receipt.leaf_hash.as_bytes().to_vec());
        };
        let result = bulk::with_values(HEAD, chunk, bind, TAIL).build().execute(&mut *connection).await?;
        let expected = u64::try_from(chunk.len()).expect("invariant: a chunk is small");
        assert_eq!(result.rows_affected(), expected, "C-5: a receipt came for an event that is not there");
    }
    Ok(())
}
