use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use super::Value;
use crate::store::sqlite::open_read_only;

/// One moment of a ledger's file.
#[derive(Debug)]
pub struct RawLedger {
    pub(super) connection: SqliteConnection,
}

impl RawLedger {
    /// Opens the file read-only and holds on to its present moment; whatever is committed later is not seen.
    ///
    /// # Errors
    /// When the file is missing, can not be read, or is no database.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let mut connection = open_read_only(file).await?;
        sqlx::query("BEGIN").execute(&mut connection).await?;
        // The moment begins with the first read.
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Reads about how many entries there are, of all logs: the highest row id.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn entries_about(&mut self) -> Result<u64, sqlx::Error> {
        let highest: Option<i64> =
            sqlx::query_scalar("SELECT max(rowid) FROM entries").fetch_one(&mut self.connection).await?;
        Ok(highest.and_then(|highest| u64::try_from(highest).ok()).unwrap_or_default())
    }

    /// Lists what stands in the `workspace` column of any table, each value once.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn workspaces(&mut self) -> Result<Vec<Value>, sqlx::Error> {
        // Skips from value to value in the index; NULL, which no comparison finds, is asked for by itself.
        let rows = sqlx::query(
            "WITH RECURSIVE \
             of_entries(name) AS (SELECT min(workspace) FROM entries UNION \
                 SELECT (SELECT min(workspace) FROM entries WHERE workspace > name) FROM of_entries WHERE name IS NOT NULL), \
             of_tiles(name) AS (SELECT min(workspace) FROM tiles UNION \
                 SELECT (SELECT min(workspace) FROM tiles WHERE workspace > name) FROM of_tiles WHERE name IS NOT NULL), \
             of_checkpoints(name) AS (SELECT min(workspace) FROM checkpoints UNION \
                 SELECT (SELECT min(workspace) FROM checkpoints WHERE workspace > name) FROM of_checkpoints \
                 WHERE name IS NOT NULL) \
             SELECT name FROM of_entries WHERE name IS NOT NULL \
             UNION SELECT name FROM of_tiles WHERE name IS NOT NULL \
             UNION SELECT name FROM of_checkpoints WHERE name IS NOT NULL \
             UNION SELECT NULL WHERE EXISTS (SELECT 1 FROM entries WHERE workspace IS NULL) \
                 OR EXISTS (SELECT 1 FROM tiles WHERE workspace IS NULL) \
                 OR EXISTS (SELECT 1 FROM checkpoints WHERE workspace IS NULL)",
        )
        .fetch_all(&mut self.connection)
        .await?;
        rows.iter().map(|row| Value::read(row, 0)).collect()
    }

    /// Lets go of the file.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}
