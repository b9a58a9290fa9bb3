use std::path::Path;

use jiff::Timestamp;
use service_kit::database::{self, DriverError, SqliteDatabase};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/store/migrations");

/// Remembers the last checkpoint seen of each log, across restarts. Of each log, only one executor may work on it at
/// a time.
#[derive(Debug, Clone)]
pub struct CheckpointStore {
    database: SqliteDatabase,
}

/// Why the memory of checkpoints can not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its database is refused.
    #[error("the executor's memory of checkpoints can not be opened")]
    Database(#[from] database::Error),
    /// SQLite refuses a statement.
    #[error("the executor's memory of checkpoints can not be read or written")]
    Driver(#[source] DriverError),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error.into())
    }
}

impl CheckpointStore {
    /// Opens the memory in `file` and makes it when it is missing.
    ///
    /// # Errors
    ///
    /// When the database is refused.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        Ok(Self { database: SqliteDatabase::open(file, &MIGRATIONS).await? })
    }

    /// Returns the signed note that was kept last for this log.
    ///
    /// # Errors
    ///
    /// When SQLite refuses.
    pub async fn load(&self, origin: &str) -> Result<Option<String>, Error> {
        let note = sqlx::query_scalar("SELECT signed_note FROM checkpoints WHERE origin = ?")
            .bind(origin)
            .fetch_optional(&self.database.readers)
            .await?;
        Ok(note)
    }

    /// Keeps the signed note as the last one seen of this log.
    ///
    /// A crash before the commit leaves the note before, so that growth since then is proved again; nothing was called
    /// yet. After it, no smaller checkpoint is ever believed again.
    ///
    /// # Errors
    ///
    /// When SQLite refuses: then nothing may be called that rests on this note.
    pub async fn keep(&self, origin: &str, signed_note: &str, now: Timestamp) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO checkpoints (origin, signed_note, kept_at_us) VALUES (?, ?, ?)
             ON CONFLICT (origin) DO UPDATE SET signed_note = excluded.signed_note, kept_at_us = excluded.kept_at_us",
        )
        .bind(origin)
        .bind(signed_note)
        .bind(now.as_microsecond())
        .execute(&self.database.writer)
        .await?;
        Ok(())
    }

    /// Closes the file and writes its WAL back into it. A crash instead leaves the WAL, which the next start reads.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use crate::{connector::sandbox::StoreError as SandboxError, store};

    /// Prints an error with all of its sources, as a binary does for people.
    fn printed(error: &dyn Error) -> String {
        match error.source() {
            None => error.to_string(),
            Some(source) => format!("{error}: {}", printed(source)),
        }
    }

    async fn refused() -> sqlx::Error {
        let database = sqlx::SqlitePool::connect("sqlite::memory:").await.expect("it opens");
        sqlx::query("SELECT * FROM nowhere").execute(&database).await.expect_err("there is no such table")
    }

    #[tokio::test]
    async fn what_sqlite_says_is_printed_once() {
        let repeated = printed(&refused().await);
        assert_eq!(repeated.matches("no such table").count(), 2, "sqlx repeats itself: {repeated}");
        for error in [
            &store::Error::from(refused().await) as &dyn Error,
            &SandboxError::from(refused().await),
            &crate::BuildError::Store(refused().await.into()),
        ] {
            assert_eq!(printed(error).matches("no such table").count(), 1, "{}", printed(error));
        }
    }
}
