use sqlx::Row;

use super::{RawFile, Value};

/// What stands in the `workspace` columns, each value once a table.
#[derive(Debug, Clone, PartialEq)]
pub struct RawWorkspaces {
    /// Of `entries`.
    pub of_entries: Vec<Value>,
    /// Of `tiles`.
    pub of_tiles: Vec<Value>,
    /// Of `checkpoints`.
    pub of_checkpoints: Vec<Value>,
}

/// Skips from value to value in the index of a table; NULL, which no comparison finds, is asked for by itself.
macro_rules! workspaces_of {
    ($table:literal) => {
        concat!(
            "WITH RECURSIVE names(name) AS (SELECT min(workspace) FROM ",
            $table,
            " UNION SELECT (SELECT min(workspace) FROM ",
            $table,
            " WHERE workspace > name) FROM names WHERE name IS NOT NULL) ",
            "SELECT name FROM names WHERE name IS NOT NULL UNION SELECT NULL WHERE EXISTS (SELECT 1 FROM ",
            $table,
            " WHERE workspace IS NULL)"
        )
    };
}

impl RawFile {
    /// Lists what stands in the `workspace` column of `entries`, `tiles` and `checkpoints`.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn workspaces(&mut self) -> Result<RawWorkspaces, sqlx::Error> {
        Ok(RawWorkspaces {
            of_entries: self.values(workspaces_of!("entries")).await?,
            of_tiles: self.values(workspaces_of!("tiles")).await?,
            of_checkpoints: self.values(workspaces_of!("checkpoints")).await?,
        })
    }

    /// Counts the rows of `entries` under each workspace; reads the whole table.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_entries(&mut self) -> Result<Vec<(Value, u64)>, sqlx::Error> {
        let query = "SELECT workspace AS a, count(*) AS b FROM entries GROUP BY workspace ORDER BY workspace";
        let rows = sqlx::query(query).fetch_all(self.connection()).await?;
        let read = |row| Ok((Value::read(row, 0)?, u64::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default()));
        rows.iter().map(read).collect()
    }

    async fn values(&mut self, query: &'static str) -> Result<Vec<Value>, sqlx::Error> {
        let rows = sqlx::query(query).fetch_all(self.connection()).await?;
        rows.iter().map(|row| Value::read(row, 0)).collect()
    }
}
