use countersign_api::name::Workspace;

use super::{RawFile, Value, file::RawConnection, value::RawRow};

/// A row of `heads`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawHead {
    /// Column `size`.
    pub size: Value,
    /// Column `root`.
    pub root: Value,
    /// Column `signed_size`.
    pub signed_size: Value,
    /// Column `erasures`.
    pub erasures: Value,
}

impl RawFile {
    /// Reads the rows of `heads` of a log; none where the ledger is in a file, which keeps no heads.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn heads(&mut self, workspace: &Workspace) -> Result<Option<Vec<RawHead>>, sqlx::Error> {
        let RawConnection::Postgres(connection) = self.connection() else { return Ok(None) };
        let rows = sqlx::query("SELECT size, root, signed_size, erasures FROM heads WHERE workspace = $1 LIMIT 2")
            .bind(workspace.id())
            .fetch_all(connection)
            .await?;
        let read = |row| {
            let row: &sqlx::postgres::PgRow = row;
            Ok(RawHead {
                size: row.value(0)?,
                root: row.value(1)?,
                signed_size: row.value(2)?,
                erasures: row.value(3)?,
            })
        };
        rows.iter().map(read).collect::<Result<_, sqlx::Error>>().map(Some)
    }
}
