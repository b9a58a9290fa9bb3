use std::path::Path;

use ledger_format::Hash;
use service_kit::database::SqliteDatabase;
use sqlx::{Connection, migrate::Migrator};

use crate::store::{
    Error,
    cells::{Cells, signed},
};

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/witness/cosigned");

/// The file of what a witness cosigned.
#[derive(Debug, Clone)]
pub struct CosignedStore {
    database: SqliteDatabase,
}

/// The largest checkpoint of a log that was cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its size.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl CosignedStore {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        Ok(Self { database: SqliteDatabase::open(file, &MIGRATIONS).await? })
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Moves what was cosigned of a log to `next` unless `refuse` says why not, in one transaction: no two requests are judged by one row.
    ///
    /// Returns the refusal; none once the row is on disk.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn advance<R>(
        &self,
        origin: &str,
        next: &Seen,
        refuse: impl FnOnce(Option<&Seen>) -> Option<R> + Send,
    ) -> Result<Option<R>, Error> {
        let mut connection = self.database.writer.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let row = sqlx::query("SELECT size, root FROM cosigned WHERE origin = ?1")
            .bind(origin)
            .fetch_optional(&mut *transaction)
            .await?;
        let seen = row.map(|row| {
            let cells = Cells::new(&row, "cosigned", origin);
            Ok::<_, Error>(Seen { size: cells.number(0, "size")?, root: cells.hash(1, "root")? })
        });
        let seen = seen.transpose()?;
        if let Some(refusal) = refuse(seen.as_ref()) {
            return Ok(Some(refusal));
        }
        if seen.as_ref() != Some(next) {
            sqlx::query(
                "INSERT INTO cosigned (origin, size, root) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (origin) DO UPDATE SET size = ?2, root = ?3",
            )
            .bind(origin)
            .bind(signed(next.size))
            .bind(next.root.as_bytes().as_slice())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(None)
    }
}
