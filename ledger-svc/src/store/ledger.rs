use countersign_api::name::Workspace;
use service_kit::{
    database::{Location, PostgresReader},
    ids::Ids,
};
use sqlx::{PgConnection, Sqlite, SqliteConnection, pool::PoolConnection};
use tokio::time::Instant;

use super::{Error, LedgerWriter, TileRoots, postgres::PostgresLedger, read, sqlite::SqliteLedger};
use crate::contents::{ContentKeys, KeyPool};

/// Where the ledger's rows are.
#[derive(Debug, Clone)]
pub struct LedgerStore {
    database: Database,
    tile_roots: TileRoots,
}

#[derive(Debug, Clone)]
enum Database {
    Sqlite(SqliteLedger),
    Postgres(PostgresLedger),
}

/// A connection that reads.
#[derive(Debug)]
pub enum Reader {
    /// From a SQLite file.
    Sqlite(PoolConnection<Sqlite>),
    /// From a PostgreSQL database.
    Postgres(PostgresReader),
}

/// Rows as one connection sees them; what [`read`] and [`tree`](super::tree) read from.
#[derive(Debug)]
pub enum Rows<'c> {
    /// Those of a SQLite file.
    Sqlite(&'c mut SqliteConnection),
    /// Those of a PostgreSQL database.
    Postgres(&'c mut PgConnection),
}

impl LedgerStore {
    /// Opens the ledger, makes it where it is missing, and brings its schema as far as that needs no content keys:
    /// [`LedgerStore::complete`] does the rest.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file or the database.
    pub async fn open(location: &Location) -> Result<Self, Error> {
        let database = match location {
            Location::Sqlite(file) => Database::Sqlite(SqliteLedger::open(file).await?),
            Location::Postgres(url) => Database::Postgres(PostgresLedger::open(url).await?),
        };
        Ok(Self { database, tile_roots: TileRoots::default() })
    }

    /// Seals what an older release left in clear in a file and brings its schema up to date; a database never held anything in clear.
    ///
    /// # Errors
    /// See [`Error`].
    pub(crate) async fn complete(&self, keys: &ContentKeys, pool: &KeyPool, ids: &dyn Ids) -> Result<(), Error> {
        match &self.database {
            Database::Sqlite(ledger) => ledger.complete(keys, pool, ids).await,
            Database::Postgres(_) => Ok(()),
        }
    }

    /// Takes what writes, once nobody else in this process has it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn writer(&self) -> Result<LedgerWriter, Error> {
        match &self.database {
            Database::Sqlite(ledger) => Ok(LedgerWriter::Sqlite(ledger.writer().await?)),
            Database::Postgres(ledger) => Ok(LedgerWriter::Postgres(ledger.writer())),
        }
    }

    /// Takes one of the connections that read, as long as its statements may take. Whoever holds one must not wait for a caller
    /// meanwhile: there are few.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn reader(&self) -> Result<Reader, Error> {
        self.reader_until(None).await
    }

    /// Takes one of the connections that read; a server ends its statements at `deadline`, when nobody waits for them any more.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn reader_until(&self, deadline: Option<Instant>) -> Result<Reader, Error> {
        match &self.database {
            Database::Sqlite(ledger) => Ok(Reader::Sqlite(ledger.reader().await?)),
            Database::Postgres(ledger) => Ok(Reader::Postgres(ledger.reader(deadline).await?)),
        }
    }

    /// Returns the database that other processes write to as well; none for a file, which has one writer.
    pub fn shared(&self) -> Option<&PostgresLedger> {
        match &self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(ledger) => Some(ledger),
        }
    }

    /// Closes all connections; the last one on a file writes the WAL back into it.
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite(ledger) => ledger.close().await,
            Database::Postgres(ledger) => ledger.close().await,
        }
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
        read::workspaces(&mut self.reader().await?.rows()).await
    }
}

impl Reader {
    /// Returns the rows that this connection sees.
    pub fn rows(&mut self) -> Rows<'_> {
        match self {
            Self::Sqlite(connection) => Rows::Sqlite(connection),
            Self::Postgres(connection) => Rows::Postgres(connection),
        }
    }
}
