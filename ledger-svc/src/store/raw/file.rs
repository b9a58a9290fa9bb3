use std::path::Path;

use sqlx::{Connection, SqliteConnection};

use crate::store::sqlite::open_read_only;

/// One moment of a file: of the ledger, or of the fence store.
#[derive(Debug)]
pub struct RawFile {
    pub(super) connection: SqliteConnection,
}

impl RawFile {
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

    /// Lets go of the file.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}
