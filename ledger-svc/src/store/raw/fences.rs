use super::{RawFile, Value};

/// A row of `fences`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawFence {
    /// Column `origin`.
    pub origin: Value,
    /// Column `size`.
    pub size: Value,
    /// Column `root`.
    pub root: Value,
    /// Column `stored_root`.
    pub stored_root: Value,
}

impl RawFile {
    /// Reads every row of a fence file.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn fences(&mut self) -> Result<Vec<RawFence>, sqlx::Error> {
        let rows =
            sqlx::query("SELECT +origin AS a, +size AS b, +root AS c, +stored_root AS d FROM fences ORDER BY origin")
                .fetch_all(self.connection())
                .await?;
        let read = |row| {
            Ok(RawFence {
                origin: Value::read(row, 0)?,
                size: Value::read(row, 1)?,
                root: Value::read(row, 2)?,
                stored_root: Value::read(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }
}
