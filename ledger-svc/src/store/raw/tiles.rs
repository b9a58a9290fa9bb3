use countersign_api::name::Workspace;
use ledger_format::TileId;
use sqlx::Row;

use super::{RawFile, Value, file::fetch, value::RawRow};
use crate::store::cells::signed;

impl RawFile {
    /// Reads the `hashes` of a tile: none when it is not there, more than one when it stands twice.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tile(&mut self, workspace: &Workspace, id: TileId) -> Result<Vec<Value>, sqlx::Error> {
        fetch!(
            self,
            "SELECT +hashes AS a FROM tiles WHERE workspace = ?1 AND level = ?2 AND tile_index = ?3 LIMIT 2",
            "SELECT hashes FROM tiles WHERE workspace = $1 AND level = $2 AND tile_index = $3 LIMIT 2",
            [workspace.id(), i64::from(id.level()), signed(id.index())],
            |row| row.value(0)
        )
    }

    /// Counts the rows of `tiles` of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_tiles(&mut self, workspace: &Workspace) -> Result<i64, sqlx::Error> {
        let counts: Vec<i64> = fetch!(
            self,
            "SELECT count(*) FROM tiles WHERE workspace = ?1",
            "SELECT count(*) FROM tiles WHERE workspace = $1",
            [workspace.id()],
            |row| row.try_get(0)
        )?;
        counts.first().copied().ok_or(sqlx::Error::RowNotFound)
    }

    /// Reads level and position of every tile row of a log, sorted; only of use once the count is found wrong.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tile_ids(&mut self, workspace: &Workspace) -> Result<Vec<(Value, Value)>, sqlx::Error> {
        fetch!(
            self,
            "SELECT +level AS a, +tile_index AS b FROM tiles WHERE workspace = ?1 ORDER BY level, tile_index",
            "SELECT level, tile_index FROM tiles WHERE workspace = $1 ORDER BY level, tile_index",
            [workspace.id()],
            |row| Ok((row.value(0)?, row.value(1)?))
        )
    }
}
