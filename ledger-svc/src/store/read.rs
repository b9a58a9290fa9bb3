//! Reads of the ledger, from whichever database it is in.

use std::collections::HashMap;

use bytes::Bytes;
use countersign_api::name::Workspace;
use ledger_format::{Hash, Tile};

use super::{CheckpointRow, Error, Hold, Rows, StoredEntry, content_keys::KeyNumber, postgres, sqlite};

/// Asks the database that the rows are in.
macro_rules! ask {
    ($rows:expr, $read:ident($($argument:expr),*)) => {
        match $rows {
            Rows::Sqlite(connection) => sqlite::$read(connection, $($argument),*).await,
            Rows::Postgres(connection) => postgres::$read(connection, $($argument),*).await,
        }
    };
}

/// Reads the number of entries.
///
/// # Errors
/// See [`Error`].
pub async fn size(rows: &mut Rows<'_>, workspace: &Workspace) -> Result<u64, Error> {
    ask!(rows, size(workspace))
}

/// Reads the entry at an index.
///
/// # Errors
/// See [`Error`].
pub async fn entry(rows: &mut Rows<'_>, workspace: &Workspace, index: u64) -> Result<Option<StoredEntry>, Error> {
    ask!(rows, entry(workspace, index))
}

/// Reads the entry with an idempotency key.
///
/// # Errors
/// See [`Error`].
pub async fn entry_by_key(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    idempotency_key: &str,
) -> Result<Option<StoredEntry>, Error> {
    ask!(rows, entry_by_key(workspace, idempotency_key))
}

/// Reads consecutive entries from `start` up to, not including, `end`, which must be committed: at most `rows_max`, and no more once
/// `bytes_max` is reached.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] where the indices are not dense.
pub async fn entry_range(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    start: u64,
    end: u64,
    rows_max: usize,
    bytes_max: usize,
) -> Result<Vec<StoredEntry>, Error> {
    ask!(rows, entry_range(workspace, start, end, rows_max, bytes_max))
}

/// Reads the leaves at `indices`, in the order asked.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] for an index that is not there.
pub async fn leaves(rows: &mut Rows<'_>, workspace: &Workspace, indices: &[u64]) -> Result<Vec<Bytes>, Error> {
    ask!(rows, leaves(workspace, indices))
}

/// Reads the leaf at an index.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] when it is not there.
pub async fn leaf_of(rows: &mut Rows<'_>, workspace: &Workspace, index: u64) -> Result<Bytes, Error> {
    leaves(rows, workspace, &[index]).await.map(|mut leaves| leaves.remove(0))
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`, each hashed again from its leaf.
///
/// # Errors
/// See [`Error`]; [`Error::CorruptRow`] where leaf and hash differ, [`Error::MissingRow`] where the indices are not dense.
pub async fn checked_leaf_hashes(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    ask!(rows, checked_leaf_hashes(workspace, start, end))
}

/// Reads the leaf hashes of entries `start` up to, not including, `end`: fewer than 256.
pub(super) async fn leaf_hashes(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    start: u64,
    end: u64,
) -> Result<Vec<Hash>, Error> {
    ask!(rows, leaf_hashes(workspace, start, end))
}

/// Reads the full tiles at `indices` of a level that are there, in any order.
pub(super) async fn full_tiles(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    level: u8,
    indices: &[u64],
) -> Result<Vec<Tile>, Error> {
    ask!(rows, full_tiles(workspace, level, indices))
}

/// Reads the checkpoint that covers most; none when nothing was signed.
///
/// # Errors
/// See [`Error`].
pub async fn last_checkpoint(rows: &mut Rows<'_>, workspace: &Workspace) -> Result<Option<CheckpointRow>, Error> {
    ask!(rows, last_checkpoint(workspace))
}

/// Lists the workspaces that have entries or checkpoints, sorted.
pub(super) async fn workspaces(rows: &mut Rows<'_>) -> Result<Vec<Workspace>, Error> {
    ask!(rows, workspaces())
}

/// Finds which of `keys` stand in a log already, each with its entry.
pub(super) async fn standing(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    keys: &[&str],
) -> Result<Vec<(String, StoredEntry)>, Error> {
    ask!(rows, standing(workspace, keys))
}

/// Reads the highest number that any subject's key has; none when no subject has one.
///
/// # Errors
/// See [`Error`].
pub async fn assigned_max(rows: &mut Rows<'_>) -> Result<Option<KeyNumber>, Error> {
    ask!(rows, assigned_max())
}

/// Finds the numbers of the keys in use for `subjects`; a subject without entries since its last erasure has none.
///
/// # Errors
/// See [`Error`].
pub async fn keys_in_use(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<HashMap<String, KeyNumber>, Error> {
    ask!(rows, keys_in_use(workspace, subjects))
}

/// Tells whether there is, or was, anything sealed for a subject.
///
/// # Errors
/// See [`Error`].
pub async fn knows_subject(rows: &mut Rows<'_>, workspace: &Workspace, subject: &str) -> Result<bool, Error> {
    ask!(rows, knows_subject(workspace, subject))
}

/// Finds the entries that erased what was sealed under these keys of a log; a key that is in use has none.
///
/// # Errors
/// See [`Error`].
pub async fn erasures(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    keys: &[KeyNumber],
) -> Result<HashMap<KeyNumber, u64>, Error> {
    ask!(rows, erasures(workspace, keys))
}

/// Reads the keys that erasures destroyed, or were about to: of one erasure, or of all.
///
/// # Errors
/// See [`Error`].
pub async fn erased_keys(rows: &mut Rows<'_>, of: Option<(&Workspace, u64)>) -> Result<Vec<KeyNumber>, Error> {
    ask!(rows, erased_keys(of))
}

/// Finds the latest entry that erased something of a subject.
///
/// # Errors
/// See [`Error`].
pub async fn latest_erasure(rows: &mut Rows<'_>, workspace: &Workspace, subject: &str) -> Result<Option<u64>, Error> {
    ask!(rows, latest_erasure(workspace, subject))
}

/// Reads the erasures of a log from an index on, at most `limit` of them: whose contents, and the entry that says so.
///
/// # Errors
/// See [`Error`].
pub async fn erasures_from(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    start: u64,
    limit: usize,
) -> Result<Vec<(String, u64)>, Error> {
    ask!(rows, erasures_from(workspace, start, limit))
}

/// Counts the entries that an erasure took the content of.
///
/// # Errors
/// See [`Error`].
pub async fn count_erased(rows: &mut Rows<'_>, workspace: &Workspace, erasure_index: u64) -> Result<u64, Error> {
    ask!(rows, count_erased(workspace, erasure_index))
}

/// Finds the oldest hold that stands on any of `subjects`.
///
/// # Errors
/// See [`Error`].
pub async fn standing_hold(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<Option<Hold>, Error> {
    ask!(rows, standing_hold(workspace, subjects))
}

/// Tells whether the hold that an entry placed on a subject stands.
///
/// # Errors
/// See [`Error`].
pub async fn hold_stands(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    subject: &str,
    placed_index: u64,
) -> Result<bool, Error> {
    // No log reaches what a database's numbers can not hold.
    let Ok(placed_index) = i64::try_from(placed_index) else { return Ok(false) };
    ask!(rows, hold_stands(workspace, subject, placed_index))
}

/// Reads the holds that stand in a workspace, oldest first, after the one placed by an entry.
///
/// # Errors
/// See [`Error`].
pub async fn holds(
    rows: &mut Rows<'_>,
    workspace: &Workspace,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<Hold>, Error> {
    ask!(rows, holds(workspace, after, limit))
}
