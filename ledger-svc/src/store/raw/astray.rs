//! Looks for rows that are not where they belong: each reads a whole table, once something is found to be missing.

use countersign_api::name::Workspace;
use sqlx::Row;

use super::{RawFile, Value, file::fetch, value::RawRow};

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
        fetch!(
            self,
            "SELECT +workspace AS a, +leaf AS b FROM entries WHERE entry_index = ?1 AND workspace IS NOT ?2",
            "SELECT workspace, leaf FROM entries WHERE entry_index = $1 AND workspace <> $2",
            [entry_index, workspace.id()],
            |row| Ok(StrayEntry { workspace: row.value(0)?, leaf: row.value(1)? })
        )
    }

    /// Returns the first index of a log, from 0, that no entry has.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn first_gap(&mut self, workspace: &Workspace) -> Result<Option<i64>, sqlx::Error> {
        let gaps: Vec<Option<i64>> = fetch!(
            self,
            "SELECT min(place) FROM (SELECT 0 AS place UNION ALL \
             SELECT entry_index + 1 FROM entries WHERE workspace = ?1 AND entry_index BETWEEN 0 AND 9223372036854775806) \
             WHERE NOT EXISTS (SELECT 1 FROM entries WHERE workspace = ?1 AND entry_index = place)",
            "SELECT min(place) FROM (SELECT 0::bigint AS place UNION ALL \
             SELECT entry_index + 1 FROM entries WHERE workspace = $1 AND entry_index BETWEEN 0 AND 9223372036854775806) AS places \
             WHERE NOT EXISTS (SELECT 1 FROM entries WHERE workspace = $1 AND entry_index = place)",
            [workspace.id()],
            |row| row.try_get(0)
        )?;
        Ok(gaps.first().copied().flatten())
    }

    /// Finds the checkpoints whose note begins with a text.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn checkpoints_saying(&mut self, beginning: &str) -> Result<Vec<StrayCheckpoint>, sqlx::Error> {
        fetch!(
            self,
            "SELECT +workspace AS a, +size AS b FROM checkpoints WHERE substr(signed_note, 1, length(?1)) = ?1",
            "SELECT workspace, size FROM checkpoints WHERE starts_with(signed_note, $1)",
            [beginning],
            |row| Ok(StrayCheckpoint { workspace: row.value(0)?, size: row.value(1)? })
        )
    }

    /// Finds the tiles that hold these hashes.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tiles_holding(&mut self, hashes: &[u8]) -> Result<Vec<StrayTile>, sqlx::Error> {
        fetch!(
            self,
            "SELECT +workspace AS a, +level AS b, +tile_index AS c FROM tiles WHERE hashes = ?1",
            "SELECT workspace, level, tile_index FROM tiles WHERE hashes = $1",
            [hashes],
            |row| Ok(StrayTile { workspace: row.value(0)?, level: row.value(1)?, tile_index: row.value(2)? })
        )
    }
}
