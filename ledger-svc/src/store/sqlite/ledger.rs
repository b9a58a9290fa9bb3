use std::path::Path;

use service_kit::{
    database::{SqliteDatabase, empty_wal},
    ids::Ids,
};
use sqlx::{Sqlite, migrate::Migrator, pool::PoolConnection};

use super::{SqliteWriter, in_clear};
use crate::{
    contents::{ContentKeys, KeyPool},
    store::{Error, migration_rows, statistics},
};

/// The migrations of the ledger's file, embedded.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/sqlite/migrations");

/// The migration that makes the tables of sealed contents; the next one needs every entry moved there.
const SEALED_CONTENTS: i64 = 2;

/// The ledger's file: one connection that writes, several that read.
#[derive(Debug, Clone)]
pub struct SqliteLedger {
    database: SqliteDatabase,
}

impl SqliteLedger {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema as far as that needs no content keys:
    /// [`SqliteLedger::complete`] does the rest.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        let begun = MIGRATIONS.iter().filter(|migration| migration.version <= SEALED_CONTENTS);
        let mut begun = Migrator::with_migrations(begun.cloned().collect());
        begun.set_ignore_missing(true);
        let database = SqliteDatabase::open(file, &begun).await?;
        Ok(Self { database })
    }

    /// Seals what an older release left in clear and brings the schema up to date; then nothing in clear is left in the file.
    ///
    /// A crash on the way leaves entries moved in part, or all of them and the old table, or a file with room in it: the next start goes
    /// on from there.
    ///
    /// # Errors
    /// See [`Error`].
    pub(crate) async fn complete(&self, keys: &ContentKeys, pool: &KeyPool, ids: &dyn Ids) -> Result<(), Error> {
        let was_in_clear = in_clear::seal_all(&self.database, keys, pool, ids).await?;
        MIGRATIONS.run(&self.database.writer).await.map_err(sqlx::Error::from)?;
        if was_in_clear {
            sqlx::query("VACUUM").execute(&self.database.writer).await?;
            empty_wal(&mut *self.database.writer.acquire().await?).await?;
        }
        migration_rows::blank(&self.database).await?;
        statistics::drop_all(&self.database).await
    }

    /// Takes the connection that writes, once nobody else has it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn writer(&self) -> Result<SqliteWriter, Error> {
        Ok(SqliteWriter::new(self.database.writer.acquire().await?))
    }

    /// Takes one of the connections that read. Whoever holds one must not wait for a caller meanwhile: there are few.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn reader(&self) -> Result<PoolConnection<Sqlite>, Error> {
        Ok(self.database.readers.acquire().await?)
    }

    /// Closes all connections; the last one writes the WAL back into the file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}
