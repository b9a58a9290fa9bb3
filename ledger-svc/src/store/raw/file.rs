use std::path::Path;

use sqlx::SqliteConnection;

use crate::store::sqlite::ReadOnlyFile;

/// One moment of a file: of the ledger, or of the fence store.
#[derive(Debug)]
pub struct RawFile {
    file: ReadOnlyFile,
}

impl RawFile {
    /// Opens the file read-only and holds on to its present moment; whatever is committed later is not seen.
    ///
    /// # Errors
    /// When the file is missing, can not be read, or is no database.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let mut file = ReadOnlyFile::open(file).await?;
        sqlx::query("BEGIN").execute(&mut file.connection).await?;
        // The moment begins with the first read.
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut file.connection).await?;
        Ok(Self { file })
    }

    /// Lets go of the file.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.file.close().await
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.file.connection
    }
}
