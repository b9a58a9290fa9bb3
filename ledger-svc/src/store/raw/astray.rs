//! Looks for rows that are not where they belong: each reads a whole table, once something is found to be missing.

use countersign_api::name::Workspace;

use super::{RawFile, Value};

/// A row of `entries` under another workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct StrayEntry {
    /// Column `workspace`.
    pub workspace: Value,
    /// Column `leaf`.
    pub leaf: Value,
}

/// A row of `checkpoints`, by its key.
#[derive(Debug, Clone, PartialEq)]
pub struct StrayCheckpoint {
    /// Column `workspace`.
    pub workspace: Value,
    /// Column `size`.
    pub size: Value,
}

/// A row of `tiles`, by its key.
#[derive(Debug, Clone, PartialEq)]
pub struct StrayTile {
    /// Column `workspace`.
    pub workspace: Value,
    /// Column `level`.
    pub level: Value,
    /// Column `tile_index`.
    pub tile_index: Value,
}

impl RawFile {
    /// Reads the entries at an index in all workspaces but one.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn entries_elsewhere(
        &mut self,
        workspace: &Workspace,
        entry_index: i64,
    ) -> Result<Vec<StrayEntry>, sqlx::Error> {
        let query = "SELECT +workspace AS a, +leaf AS b FROM entries WHERE entry_index = ?1 AND workspace IS NOT ?2";
        let rows = sqlx::query(query).bind(entry_index).bind(workspace.id()).fetch_all(self.connection()).await?;
        rows.iter().map(|row| Ok(StrayEntry { workspace: Value::read(row, 0)?, leaf: Value::read(row, 1)? })).collect()
    }

    /// Returns the first index of a log, from 0, that no entry has.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn first_gap(&mut self, workspace: &Workspace) -> Result<Option<i64>, sqlx::Error> {
        let query = "SELECT min(place) FROM (SELECT 0 AS place UNION ALL \
             SELECT entry_index + 1 FROM entries WHERE workspace = ?1 AND entry_index BETWEEN 0 AND 9223372036854775806) \
             WHERE NOT EXISTS (SELECT 1 FROM entries WHERE workspace = ?1 AND entry_index = place)";
        sqlx::query_scalar(query).bind(workspace.id()).fetch_one(self.connection()).await
    }

    /// Finds the checkpoints whose note begins with a text.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn checkpoints_saying(&mut self, beginning: &str) -> Result<Vec<StrayCheckpoint>, sqlx::Error> {
        let query = "SELECT +workspace AS a, +size AS b FROM checkpoints WHERE substr(signed_note, 1, length(?1)) = ?1";
        let rows = sqlx::query(query).bind(beginning).fetch_all(self.connection()).await?;
        let read = |row| Ok(StrayCheckpoint { workspace: Value::read(row, 0)?, size: Value::read(row, 1)? });
        rows.iter().map(read).collect()
    }

    /// Finds the tiles that hold these hashes.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tiles_holding(&mut self, hashes: &[u8]) -> Result<Vec<StrayTile>, sqlx::Error> {
        let query = "SELECT +workspace AS a, +level AS b, +tile_index AS c FROM tiles WHERE hashes = ?1";
        let rows = sqlx::query(query).bind(hashes).fetch_all(self.connection()).await?;
        let read = |row| {
            Ok(StrayTile {
                workspace: Value::read(row, 0)?,
                level: Value::read(row, 1)?,
                tile_index: Value::read(row, 2)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
