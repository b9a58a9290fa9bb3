use super::{RawFile, Value};

impl RawFile {
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
}
