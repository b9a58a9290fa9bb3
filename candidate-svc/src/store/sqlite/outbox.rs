//! Events that wait for their ledger receipt, and the receipts when they come.

use countersign_api::name::Workspace;
use ledger_format::{PayloadDigest, PrincipalKind};
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor, query_builder::Separated, sqlite::SqliteRow};

use super::{
    bulk,
    column::{self, Column, signed},
};
use crate::store::{Error, OutboxEvent, Subject, job::EventReceipt};

/// Reads the oldest events of a workspace without a receipt, in the order of commits, at most `limit`.
pub(super) async fn oldest(
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
    rows.iter().map(|row| outbox_event(workspace, row)).collect()
}

/// Writes receipts. One that is there already may come again; another one for the same event breaks the transaction.
pub(super) async fn record_receipts(
    connection: &mut SqliteConnection,
    receipts: &[EventReceipt],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "WITH receipts (position, entry_index, leaf_hash) AS (";
    const TAIL: &str = ") UPDATE events SET entry_index = receipts.entry_index, leaf_hash = receipts.leaf_hash \
                        FROM receipts WHERE events.position = receipts.position";
    for chunk in bulk::chunks(receipts) {
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

fn outbox_event(workspace: &Workspace, row: &SqliteRow) -> Result<OutboxEvent, Error> {
    let position: i64 = row.try_get("position")?;
    let at = |column| Column { table: "events", column };
    let id = column::uuid(at("candidate_id"), position, row.try_get("candidate_id")?)?;
    let kind: String = row.try_get("kind")?;
    let principal_kind: &str = row.try_get("principal_kind")?;
    let digest: Option<&[u8]> = row.try_get("payload_digest")?;
    Ok(OutboxEvent {
        position,
        subject: Subject::of_kind(&kind, workspace.clone(), id),
        revision: column::natural(at("revision"), position, row.try_get("revision")?)?,
        ordinal: column::natural(at("ordinal"), position, row.try_get("ordinal")?)?,
        kind,
        principal_kind: principal_kind
            .parse::<PrincipalKind>()
            .map_err(|error| at("principal_kind").corrupt(position, error))?,
        principal_reference: row.try_get("principal_reference")?,
        payload_digest: digest
            .map(|bytes| PayloadDigest::try_from(bytes).map_err(|error| at("payload_digest").corrupt(position, error)))
            .transpose()?,
        traceparent: row.try_get("traceparent")?,
        content: row.try_get("content")?,
    })
}
