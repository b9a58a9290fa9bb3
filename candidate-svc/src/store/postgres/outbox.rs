//! Events that wait for their ledger receipt, and the receipts when they come.

use countersign_api::name::Workspace;
use sqlx::PgConnection;

use super::column;
use crate::store::{
    Error, OutboxEvent,
    job::ReceiptsJob,
    rows::{column::signed, events::waiting},
};

/// Reads the oldest events of a workspace without a receipt, at most `limit`: of each subject in the order of its revisions, with none of
/// an earlier one left out.
///
/// Whoever writes a revision has seen the one before committed, and draws a later position: where the later one is visible, so is the
/// earlier. Between subjects a lower position may still come: it is found by a later look, since it has no receipt.
pub(in crate::store) async fn oldest(
    connection: &mut PgConnection,
    workspace: &Workspace,
    limit: u32,
) -> Result<Vec<OutboxEvent>, Error> {
    let rows = sqlx::query(
        "SELECT position, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest, traceparent, content \
         FROM events WHERE workspace = $1 AND entry_index IS NULL ORDER BY position LIMIT $2",
    )
    .bind(workspace.id())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| waiting(workspace, row)).collect()
}

/// Writes receipts. One that is there already may come again, also from another process; another one for the same event breaks the
/// transaction.
pub(super) async fn record_receipts(connection: &mut PgConnection, jobs: &[ReceiptsJob]) -> Result<(), sqlx::Error> {
    let mut receipts: Vec<_> =
        jobs.iter().flat_map(|job| job.receipts.iter().map(|receipt| (job.workspace.id(), *receipt))).collect();
    if receipts.is_empty() {
        return Ok(());
    }
    receipts.sort_unstable_by_key(|(workspace, receipt)| (*workspace, receipt.position));
    receipts.dedup();
    // Locked in order: two relays that record the same never wait for each other.
    let updated = sqlx::query(
        "WITH receipts AS (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[]) \
         AS receipts (workspace, position, entry_index, leaf_hash)), \
         locked AS (SELECT events.workspace, events.position FROM receipts JOIN events USING (workspace, position) \
         ORDER BY 1, 2 FOR UPDATE OF events) \
         UPDATE events SET entry_index = receipts.entry_index, leaf_hash = receipts.leaf_hash FROM receipts JOIN locked \
         USING (workspace, position) WHERE events.workspace = receipts.workspace AND events.position = receipts.position",
    )
    .bind(column(&receipts, |(workspace, _)| *workspace))
    .bind(column(&receipts, |(_, receipt)| receipt.position))
    .bind(column(&receipts, |(_, receipt)| signed(receipt.entry_index)))
    .bind(column(&receipts, |(_, receipt)| receipt.leaf_hash.as_bytes().to_vec()))
    .execute(connection)
    .await?;
    let expected = u64::try_from(receipts.len()).expect("invariant: a batch is small");
    assert_eq!(updated.rows_affected(), expected, "C-5: a receipt came for an event that is not there");
    Ok(())
}
