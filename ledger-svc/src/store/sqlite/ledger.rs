use std::path::Path;

use countersign_api::name::Workspace;
use service_kit::database::SqliteDatabase;
use sqlx::{Sqlite, migrate::Migrator, pool::PoolConnection};

use super::{LedgerWriter, TileRoots, workspaces};
use crate::store::{Error, migration_rows, statistics};

/// The migrations of the ledger's file, embedded.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/sqlite/migrations");

/// The ledger's file: one connection that writes, several that read.
#[derive(Debug, Clone)]
pub struct LedgerStore {
    database: SqliteDatabase,
    tile_roots: TileRoots,
}

impl LedgerStore {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        let database = SqliteDatabase::open(file, &MIGRATIONS).await?;
        migration_rows::blank(&database).await?;
        statistics::drop_all(&database).await?;
        Ok(Self { database, tile_roots: TileRoots::default() })
    }

    /// Takes the connection that writes, once nobody else has it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn writer(&self) -> Result<LedgerWriter, Error> {
        Ok(LedgerWriter::new(self.database.writer.acquire().await?))
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

    /// Returns the roots of full tiles that were read before.
    pub fn tile_roots(&self) -> &TileRoots {
        &self.tile_roots
    }

    /// Lists the workspaces that have entries or checkpoints, sorted.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn workspaces(&self) -> Result<Vec<Workspace>, Error> {
        workspaces::workspaces(&mut *self.reader().await?).await
    }
}
