use sqlx::Row;

use super::{RawFile, Value, file::fetch, value::RawRow};

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
macro_rules! in_sqlite {
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

/// The same, where no column can be NULL.
macro_rules! in_postgres {
    ($table:literal) => {
        concat!(
            "WITH RECURSIVE names(name) AS (SELECT min(workspace) FROM ",
            $table,
            " UNION SELECT (SELECT min(workspace) FROM ",
            $table,
            " WHERE workspace > name) FROM names WHERE name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL"
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
            of_entries: self.values(in_sqlite!("entries"), in_postgres!("entries")).await?,
            of_tiles: self.values(in_sqlite!("tiles"), in_postgres!("tiles")).await?,
            of_checkpoints: self.values(in_sqlite!("checkpoints"), in_postgres!("checkpoints")).await?,
        })
    }

    /// Counts the rows of `entries` under each workspace; reads the whole table.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn count_entries(&mut self) -> Result<Vec<(Value, u64)>, sqlx::Error> {
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        fetch!(
            self,
            "SELECT workspace AS a, count(*) AS b FROM entries GROUP BY workspace ORDER BY workspace",
            "SELECT workspace, count(*) FROM entries GROUP BY workspace ORDER BY workspace",
            [],
            |row| Ok((row.value(0)?, count(row.try_get(1)?)))
        )
    }

    async fn values(&mut self, sqlite: &'static str, postgres: &'static str) -> Result<Vec<Value>, sqlx::Error> {
        fetch!(self, sqlite, postgres, [], |row| row.value(0))
    }
}
