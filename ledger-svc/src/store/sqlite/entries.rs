use bytes::Bytes;
use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{HASH_BYTES, Hash, leaf_hash};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::ladder;
use crate::store::{
    Error, StoredEntry,
    cells::{Cells, signed},
};

pub(super) fn read(row: &SqliteRow, workspace: &Workspace) -> Result<StoredEntry, Error> {
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

/// Reads the number of entries: one more than the highest index.
///
/// # Errors
/// See [`Error`].
pub async fn size(connection: &mut SqliteConnection, workspace: &Workspace) -> Result<u64, Error> {
    let last = sqlx::query("SELECT entry_index FROM entries WHERE workspace = ?1 ORDER BY entry_index DESC LIMIT 1")
        .bind(workspace.id())
        .fetch_optional(connection)
        .await?;
    match last {
        Some(row) => Ok(Cells::new(&row, "entries", workspace.id()).number(0, "entry_index")? + 1),
        None => Ok(0),
    }
}

/// Reads the entry at an index.
///
/// # Errors
/// See [`Error`].
pub async fn entry(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    index: u64,
) -> Result<Option<StoredEntry>, Error> {
    sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM entries WHERE workspace = ?1 AND entry_index = ?2",
    )
    .bind(workspace.id())
    .bind(signed(index))
    .fetch_optional(connection)
    .await?
    .map(|row| read(&row, workspace))
    .transpose()
}

/// Reads the entry with an idempotency key.
///
/// # Errors
/// See [`Error`].
pub async fn entry_by_key(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    idempotency_key: &str,
) -> Result<Option<StoredEntry>, Error> {
    sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM entries WHERE workspace = ?1 AND idempotency_key = ?2",
    )
    .bind(workspace.id())
    .bind(idempotency_key)
    .fetch_optional(connection)
    .await?
    .map(|row| read(&row, workspace))
    .transpose()
}

/// Reads consecutive entries from `start` up to, not including, `end`: at most `rows_max`, and no more once `bytes_max` is reached.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] where the indices are not dense.
pub async fn entry_range(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
    rows_max: usize,
    bytes_max: usize,
) -> Result<Vec<StoredEntry>, Error> {
    let mut rows = sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed FROM entries \
         WHERE workspace = ?1 AND entry_index >= ?2 AND entry_index < ?3 ORDER BY entry_index LIMIT ?4",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .bind(signed(rows_max as u64))
    .fetch(connection);
    let (mut entries, mut bytes) = (Vec::new(), 0);
    while bytes < bytes_max
        && let Some(row) = rows.try_next().await?
    {
        let entry = read(&row, workspace)?;
        let expected = start + entries.len() as u64;
        if entry.index != expected {
            return Err(Error::MissingRow { table: "entries", row: format!("{}/{expected}", workspace.id()) });
        }
        bytes += entry.leaf.len() + entry.sealed.len();
        entries.push(entry);
    }
    Ok(entries)
}

/// Reads the leaves at `indices`, in the order asked.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] for an index that is not there.
pub async fn leaves(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    indices: &[u64],
) -> Result<Vec<Bytes>, Error> {
    let mut leaves = Vec::with_capacity(indices.len());
    for asked in indices.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("SELECT entry_index, leaf FROM entries WHERE workspace = ");
        query.push_bind(workspace.id()).push(" AND entry_index IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied().map(signed));
        }
        query.push(")");
        let mut found = std::collections::HashMap::with_capacity(asked.len());
        for row in query.build().fetch_all(&mut *connection).await? {
            let index = Cells::new(&row, "entries", workspace.id()).number(0, "entry_index")?;
            let cells = Cells::new(&row, "entries", format!("{}/{index}", workspace.id()));
            found.insert(index, Bytes::copy_from_slice(cells.bytes(1, "leaf")?));
        }
        for index in asked {
            // Cloned, not removed: an index may be asked for twice.
            let leaf = found.get(index).cloned();
            let missing = || Error::MissingRow { table: "entries", row: format!("{}/{index}", workspace.id()) };
            leaves.push(leaf.ok_or_else(missing)?);
        }
    }
    Ok(leaves)
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`, each hashed again from its leaf.
///
/// # Errors
/// See [`Error`]; [`Error::CorruptRow`] where leaf and hash differ, [`Error::MissingRow`] where the indices are not dense.
pub async fn checked_leaf_hashes(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    let mut rows = sqlx::query(
        "SELECT entry_index, leaf_hash, leaf FROM entries \
         WHERE workspace = ?1 AND entry_index >= ?2 AND entry_index < ?3 ORDER BY entry_index",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .fetch(connection);
    let mut hashes = Vec::new();
    for index in start..end {
        let key = format!("{}/{index}", workspace.id());
        let row = rows.try_next().await?;
        let row = row.ok_or_else(|| Error::MissingRow { table: "entries", row: key.clone() })?;
        let cells = Cells::new(&row, "entries", key.as_str());
        if cells.number(0, "entry_index")? != index {
            return Err(Error::MissingRow { table: "entries", row: key });
        }
        let hash = cells.hash(1, "leaf_hash")?;
        if leaf_hash(cells.bytes(2, "leaf")?) != hash {
            return Err(cells.corrupt("leaf"));
        }
        hashes.push(hash);
    }
    Ok(hashes)
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`: fewer than 256, in one row.
pub async fn leaf_hashes(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    let row = sqlx::query(
        "SELECT coalesce(group_concat(hex(leaf_hash), '' ORDER BY entry_index), '') FROM entries \
         WHERE workspace = ?1 AND entry_index >= ?2 AND entry_index < ?3",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(end))
    .fetch_one(connection)
    .await?;
    let corrupt = || Error::CorruptRow {
        table: "entries",
        column: "leaf_hash",
        row: format!("{}/{start} to {}", workspace.id(), end - 1),
    };
    let bytes = hex::decode(row.try_get::<&str, _>(0)?).map_err(|_| corrupt())?;
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if hashes.len() as u64 != end - start || !rest.is_empty() {
        return Err(corrupt());
    }
    Ok(hashes.iter().copied().map(Hash::new).collect())
}
