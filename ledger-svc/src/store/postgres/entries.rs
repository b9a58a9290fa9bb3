use std::collections::HashMap;

use bytes::Bytes;
use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{Hash, leaf_hash};
use sqlx::{PgConnection, postgres::PgRow};

use crate::store::{
    Error, StoredEntry,
    cells::{Cells, signed},
};

pub(super) fn read(row: &PgRow, workspace: &Workspace) -> Result<StoredEntry, Error> {
    let index = Cells::new(row, "entries", workspace.id()).number(0, "entry_index")?;
    let cells = Cells::new(row, "entries", format!("{}/{index}", workspace.id()));
    Ok(StoredEntry {
        index,
        leaf_hash: cells.hash(1, "leaf_hash")?,
        content_key: cells.number(2, "content_key")?,
        leaf: Bytes::copy_from_slice(cells.bytes(3, "leaf")?),
        sealed: Bytes::copy_from_slice(cells.bytes(4, "sealed")?),
    })
}

fn missing(workspace: &Workspace, index: u64) -> Error {
    Error::MissingRow { table: "entries", row: format!("{}/{index}", workspace.id()) }
}

/// Reads the entry at an index.
pub(in crate::store) async fn entry(
    connection: &mut PgConnection,
    workspace: &Workspace,
    index: u64,
) -> Result<Option<StoredEntry>, Error> {
    let row = sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM entries WHERE workspace = $1 AND entry_index = $2",
    )
    .bind(workspace.id())
    .bind(signed(index))
    .fetch_optional(connection)
    .await?;
    row.map(|row| read(&row, workspace)).transpose()
}

/// Reads the entry with an idempotency key; asked as [`standing`](super::keys::standing) is, for the same reason.
pub(in crate::store) async fn entry_by_key(
    connection: &mut PgConnection,
    workspace: &Workspace,
    idempotency_key: &str,
) -> Result<Option<StoredEntry>, Error> {
    let row = sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM ( \
             SELECT * FROM entries WHERE workspace = $1 AND idempotency_key >= $2 ORDER BY idempotency_key LIMIT 1) AS first \
         WHERE idempotency_key = $2",
    )
    .bind(workspace.id())
    .bind(idempotency_key)
    .fetch_optional(connection)
    .await?;
    row.map(|row| read(&row, workspace)).transpose()
}

/// Reads consecutive entries from `start` up to, not including, `end`: at most `rows_max`, and no more once `bytes_max` is reached.
pub(in crate::store) async fn entry_range(
    connection: &mut PgConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
    rows_max: usize,
    bytes_max: usize,
) -> Result<Vec<StoredEntry>, Error> {
    // The server sends what it was asked for, read or not: where the bytes end is asked of it. Each row is numbered by the bytes before it.
    let rows = sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM ( \
             SELECT *, coalesce(sum(length(leaf)::bigint + length(sealed)) OVER ( \
                 ORDER BY entry_index ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint AS before_bytes \
             FROM ( \
                 SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM entries \
                 WHERE workspace = $1 AND entry_index >= $2 AND entry_index < $3 ORDER BY entry_index LIMIT $4) AS page) AS counted \
         WHERE before_bytes < $5 ORDER BY entry_index",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .bind(signed(rows_max as u64))
    .bind(signed(bytes_max as u64))
    .fetch_all(connection)
    .await?;
    let mut entries = Vec::with_capacity(rows.len());
    for (expected, row) in (start..).zip(&rows) {
        let entry = read(row, workspace)?;
        if entry.index != expected {
            return Err(missing(workspace, expected));
        }
        entries.push(entry);
    }
    // Never empty: what was asked for is committed.
    if entries.is_empty() && start < end && rows_max > 0 { Err(missing(workspace, start)) } else { Ok(entries) }
}

/// Reads the leaves at `indices`, in the order asked.
pub(in crate::store) async fn leaves(
    connection: &mut PgConnection,
    workspace: &Workspace,
    indices: &[u64],
) -> Result<Vec<Bytes>, Error> {
    let asked: Vec<i64> = indices.iter().copied().map(signed).collect();
    let rows = sqlx::query("SELECT entry_index, leaf FROM entries WHERE workspace = $1 AND entry_index = ANY($2)")
        .bind(workspace.id())
        .bind(asked)
        .fetch_all(connection)
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let index = Cells::new(row, "entries", workspace.id()).number(0, "entry_index")?;
        let cells = Cells::new(row, "entries", format!("{}/{index}", workspace.id()));
        found.insert(index, Bytes::copy_from_slice(cells.bytes(1, "leaf")?));
    }
    // Cloned, not removed: an index may be asked for twice.
    indices.iter().map(|index| found.get(index).cloned().ok_or_else(|| missing(workspace, *index))).collect()
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`, each hashed again from its leaf.
pub(in crate::store) async fn checked_leaf_hashes(
    connection: &mut PgConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    let mut rows = sqlx::query(
        "SELECT entry_index, leaf_hash, leaf FROM entries \
         WHERE workspace = $1 AND entry_index >= $2 AND entry_index < $3 ORDER BY entry_index",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .fetch(connection);
    let mut hashes = Vec::new();
    for index in start..end {
        let row = rows.try_next().await?.ok_or_else(|| missing(workspace, index))?;
        let cells = Cells::new(&row, "entries", format!("{}/{index}", workspace.id()));
        if cells.number(0, "entry_index")? != index {
            return Err(missing(workspace, index));
        }
        let hash = cells.hash(1, "leaf_hash")?;
        if leaf_hash(cells.bytes(2, "leaf")?) != hash {
            return Err(cells.corrupt("leaf"));
        }
        hashes.push(hash);
    }
    Ok(hashes)
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`: fewer than 256.
pub(in crate::store) async fn leaf_hashes(
    connection: &mut PgConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    let rows = sqlx::query(
        "SELECT entry_index, leaf_hash FROM entries \
         WHERE workspace = $1 AND entry_index >= $2 AND entry_index < $3 ORDER BY entry_index",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .fetch_all(connection)
    .await?;
    let mut hashes = Vec::with_capacity(rows.len());
    for (index, row) in (start..end).zip(&rows) {
        let cells = Cells::new(row, "entries", format!("{}/{index}", workspace.id()));
        if cells.number(0, "entry_index")? != index {
            return Err(missing(workspace, index));
        }
        hashes.push(cells.hash(1, "leaf_hash")?);
    }
    if hashes.len() as u64 == end - start { Ok(hashes) } else { Err(missing(workspace, start + hashes.len() as u64)) }
}
