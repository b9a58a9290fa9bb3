use super::{RawFile, Value, file::fetch, value::RawRow};

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
        fetch!(
            self,
            "SELECT +origin AS a, +size AS b, +root AS c, +stored_root AS d FROM fences ORDER BY origin",
            "SELECT origin, size, root, stored_root FROM fences ORDER BY origin",
            [],
            |row| Ok(RawFence {
                origin: row.value(0)?,
                size: row.value(1)?,
                root: row.value(2)?,
                stored_root: row.value(3)?,
            })
        )
    }
}
