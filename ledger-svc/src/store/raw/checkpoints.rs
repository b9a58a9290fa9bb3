use countersign_api::name::Workspace;
use sqlx::Row;

use super::{RawFile, Value};

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
        let query = match after_size {
            None => {
                "SELECT +size AS a, +previous_size AS b, +signed_note AS c FROM checkpoints WHERE workspace = ?1 \
                 ORDER BY size LIMIT ?2"
            }
            Some(_) => {
                "SELECT +size AS a, +previous_size AS b, +signed_note AS c FROM checkpoints WHERE workspace = ?1 AND size > ?3 \
                 ORDER BY size LIMIT ?2"
            }
        };
        let rows = sqlx::query(query).bind(workspace.id()).bind(limit).bind(after_size);
        let rows = rows.fetch_all(self.connection()).await?;
        let read = |row| {
            Ok(RawCheckpoint {
                size: Value::read(row, 0)?,
                previous_size: Value::read(row, 1)?,
                signed_note: Value::read(row, 2)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Reads the note of a log's checkpoint of this size.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn checkpoint_note(&mut self, workspace: &Workspace, size: i64) -> Result<Option<Value>, sqlx::Error> {
        let query = "SELECT +signed_note AS a FROM checkpoints WHERE workspace = ?1 AND size = ?2";
        let row = sqlx::query(query).bind(workspace.id()).bind(size).fetch_optional(self.connection()).await?;
        row.map(|row| Value::read(&row, 0)).transpose()
    }

    /// Counts the rows of `checkpoints` of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_checkpoints(&mut self, workspace: &Workspace) -> Result<u64, sqlx::Error> {
        let row = sqlx::query("SELECT count(*) FROM checkpoints WHERE workspace = ?1").bind(workspace.id());
        let count: i64 = row.fetch_one(self.connection()).await?.try_get(0)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}
