use std::path::Path;

use sqlx::Connection;

use super::Value;
use crate::store::sqlite::open_read_only;

/// A row of `fences`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawFence {
    /// Column `origin`.
    pub origin: Value,
    /// Column `size`.
    pub size: Value,
    /// Column `root`.
    pub root: Value,
    /// Column `stored_size`.
    pub stored_size: Value,
}

/// Reads every row of a fence file, opened read-only.
///
/// # Errors
/// When the file is missing, can not be read, or is no database.
pub async fn read_fences(file: &Path) -> Result<Vec<RawFence>, sqlx::Error> {
    let mut connection = open_read_only(file).await?;
    let rows =
        sqlx::query("SELECT +origin AS a, +size AS b, +root AS c, +stored_size AS d FROM fences ORDER BY origin")
            .fetch_all(&mut connection)
            .await?;
    connection.close().await?;
    let read = |row| {
        Ok(RawFence {
            origin: Value::read(row, 0)?,
            size: Value::read(row, 1)?,
            root: Value::read(row, 2)?,
            stored_size: Value::read(row, 3)?,
        })
    };
    rows.iter().map(read).collect()
}
