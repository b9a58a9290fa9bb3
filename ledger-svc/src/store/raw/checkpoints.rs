use countersign_api::name::Workspace;
use sqlx::Row;

use super::{RawFile, Value, file::fetch, value::RawRow};

/// A row of `checkpoints`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCheckpoint {
    /// Column `size`.
    pub size: Value,
    /// Column `previous_size`.
    pub previous_size: Value,
    /// Column `signed_note`.
    pub signed_note: Value,
}

impl RawFile {
    /// Reads at most `limit` checkpoints of a log in the order of their sizes, after a size or from the beginning.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn checkpoints(
        &mut self,
        workspace: &Workspace,
        after_size: Option<i64>,
        limit: u32,
    ) -> Result<Vec<RawCheckpoint>, sqlx::Error> {
        let limit = i64::from(limit);
        match after_size {
            None => fetch!(
                self,
                "SELECT +size AS a, +previous_size AS b, +signed_note AS c FROM checkpoints WHERE workspace = ?1 \
                 ORDER BY size LIMIT ?2",
                "SELECT size, previous_size, signed_note FROM checkpoints WHERE workspace = $1 ORDER BY size LIMIT $2",
                [workspace.id(), limit],
                |row| RawCheckpoint::read(row)
            ),
            Some(after_size) => fetch!(
                self,
                "SELECT +size AS a, +previous_size AS b, +signed_note AS c FROM checkpoints WHERE workspace = ?1 AND size > ?3 \
                 ORDER BY size LIMIT ?2",
                "SELECT size, previous_size, signed_note FROM checkpoints WHERE workspace = $1 AND size > $3 ORDER BY size LIMIT $2",
                [workspace.id(), limit, after_size],
                |row| RawCheckpoint::read(row)
            ),
        }
    }

    /// Reads the note of a log's checkpoint of this size.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn checkpoint_note(&mut self, workspace: &Workspace, size: i64) -> Result<Option<Value>, sqlx::Error> {
        let notes: Vec<Value> = fetch!(
            self,
            "SELECT +signed_note AS a FROM checkpoints WHERE workspace = ?1 AND size = ?2",
            "SELECT signed_note FROM checkpoints WHERE workspace = $1 AND size = $2",
            [workspace.id(), size],
            |row| row.value(0)
        )?;
        Ok(notes.into_iter().next())
    }

    /// Counts the rows of `checkpoints` of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_checkpoints(&mut self, workspace: &Workspace) -> Result<u64, sqlx::Error> {
        let counts: Vec<i64> = fetch!(
            self,
            "SELECT count(*) FROM checkpoints WHERE workspace = ?1",
            "SELECT count(*) FROM checkpoints WHERE workspace = $1",
            [workspace.id()],
            |row| row.try_get(0)
        )?;
        Ok(counts.first().and_then(|count| u64::try_from(*count).ok()).unwrap_or_default())
    }
}

impl RawCheckpoint {
    fn read(row: &impl RawRow) -> Result<Self, sqlx::Error> {
        Ok(Self { size: row.value(0)?, previous_size: row.value(1)?, signed_note: row.value(2)? })
    }
}
