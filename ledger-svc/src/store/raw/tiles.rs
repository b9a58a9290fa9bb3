use countersign_api::name::Workspace;
use ledger_format::TileId;
use sqlx::Row;

use super::{RawFile, Value};
use crate::store::cells::signed;

impl RawFile {
    /// Reads the `hashes` of a tile: none when it is not there, more than one when it stands twice.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tile(&mut self, workspace: &Workspace, id: TileId) -> Result<Vec<Value>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT +hashes AS a FROM tiles WHERE workspace = ?1 AND level = ?2 AND tile_index = ?3 LIMIT 2",
        )
        .bind(workspace.id())
        .bind(i64::from(id.level()))
        .bind(signed(id.index()))
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Value::read(row, 0)).collect()
    }

    /// Counts the rows of `tiles` of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_tiles(&mut self, workspace: &Workspace) -> Result<i64, sqlx::Error> {
        let row = sqlx::query("SELECT count(*) FROM tiles WHERE workspace = ?1").bind(workspace.id());
        row.fetch_one(self.connection()).await?.try_get(0)
    }

    /// Reads level and position of every tile row of a log, sorted; only of use once the count is found wrong.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn tile_ids(&mut self, workspace: &Workspace) -> Result<Vec<(Value, Value)>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT +level AS a, +tile_index AS b FROM tiles WHERE workspace = ?1 ORDER BY level, tile_index",
        )
        .bind(workspace.id())
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Ok((Value::read(row, 0)?, Value::read(row, 1)?))).collect()
    }
}
