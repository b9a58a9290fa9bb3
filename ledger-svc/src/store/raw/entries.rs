use countersign_api::name::Workspace;
use futures::{Stream, StreamExt};
use sqlx::{Row, sqlite::SqliteRow};

use super::{RawFile, Value};

/// A row of `entries`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEntry {
    /// SQLite's own number of the row.
    pub row_id: i64,
    /// Column `entry_index`.
    pub entry_index: Value,
    /// Column `leaf_hash`.
    pub leaf_hash: Value,
    /// Column `content_key`.
    pub content_key: Value,
    /// Column `idempotency_key`.
    pub idempotency_key: Value,
    /// Column `leaf`.
    pub leaf: Value,
    /// Column `sealed`.
    pub sealed: Value,
}

/// After which row a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawPosition {
    /// The row's index.
    pub entry_index: i64,
    /// The row's number.
    pub row_id: i64,
}

/// Every column is read as an expression with a name of ours: what the schema says of it is not believed either.
const FIRST_PAGE: &str = "SELECT rowid AS a, +entry_index AS b, +leaf_hash AS c, +content_key AS d, +idempotency_key AS e, +leaf AS f, \
     +sealed AS g FROM entries WHERE workspace = ?1 ORDER BY entry_index, rowid LIMIT ?2";
const NEXT_PAGE: &str = "SELECT rowid AS a, +entry_index AS b, +leaf_hash AS c, +content_key AS d, +idempotency_key AS e, +leaf AS f, \
     +sealed AS g FROM entries WHERE workspace = ?1 AND (entry_index, rowid) > (?3, ?4) ORDER BY entry_index, rowid LIMIT ?2";

impl RawFile {
    /// Reads about how many entries there are, of all logs: the highest row id.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn entries_about(&mut self) -> Result<u64, sqlx::Error> {
        let highest: Option<i64> =
            sqlx::query_scalar("SELECT max(rowid) FROM entries").fetch_one(self.connection()).await?;
        Ok(highest.and_then(|highest| u64::try_from(highest).ok()).unwrap_or_default())
    }

    /// Streams at most `limit` rows of a log, in the order of their indices, after a position or from the beginning.
    pub fn entries(
        &mut self,
        workspace: &Workspace,
        after: Option<RawPosition>,
        limit: u32,
    ) -> impl Stream<Item = Result<RawEntry, sqlx::Error>> + Send {
        let query = sqlx::query(if after.is_some() { NEXT_PAGE } else { FIRST_PAGE })
            .bind(workspace.id().to_owned())
            .bind(limit)
            .bind(after.map(|position| position.entry_index))
            .bind(after.map(|position| position.row_id));
        query.fetch(self.connection()).map(|row| RawEntry::read(&row?))
    }

    /// Finds the lowest index whose key stands at a lower one already, in any log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn doubled_key(&mut self) -> Result<Option<(Value, Value)>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT workspace AS a, max(entry_index) AS b FROM entries \
             GROUP BY workspace, idempotency_key HAVING count(*) > 1 ORDER BY b LIMIT 1",
        )
        .fetch_optional(self.connection())
        .await?;
        row.map(|row| Ok((Value::read(&row, 0)?, Value::read(&row, 1)?))).transpose()
    }
}

impl RawEntry {
    fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            row_id: row.try_get(0)?,
            entry_index: Value::read(row, 1)?,
            leaf_hash: Value::read(row, 2)?,
            content_key: Value::read(row, 3)?,
            idempotency_key: Value::read(row, 4)?,
            leaf: Value::read(row, 5)?,
            sealed: Value::read(row, 6)?,
        })
    }
}
