use service_kit::database::{PostgresDatabase, PostgresReader, PostgresUrl};
use sqlx::migrate::Migrator;
use tokio::time::Instant;

use super::{Notices, PostgresWriter, key_store};
use crate::store::Error;

/// The schema that holds the ledger.
pub(crate) const SCHEMA: &str = "countersign_ledger";

/// The ledger's schema in a PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PostgresLedger {
    database: PostgresDatabase,
}

impl PostgresLedger {
    /// Connects, checks the server, and brings the schema up to date.
    ///
    /// # Errors
    /// [`Error::Open`], which names the database.
    pub async fn open(url: &PostgresUrl) -> Result<Self, Error> {
        let database = PostgresDatabase::open(url, SCHEMA, &migrations()).await;
        Ok(Self { database: database.map_err(service_kit::database::Error::from)? })
    }

    /// Returns a writer.
    pub fn writer(&self) -> PostgresWriter {
        PostgresWriter::new(self.database.clone())
    }

    /// Takes a connection that reads, whose statements end by `deadline`.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn reader(&self, deadline: Option<Instant>) -> Result<PostgresReader, Error> {
        Ok(self.database.reader(deadline).await?)
    }

    /// Listens for what others commit.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub(crate) async fn notices(&self) -> Result<Notices, Error> {
        Notices::listen(&self.database).await
    }

    /// Notes whose keys the contents are sealed under, where nobody has yet; tells whether they are those of the store with this identity.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub(crate) async fn belongs_to(&self, key_store: &[u8]) -> Result<bool, Error> {
        let mut connection = self.database.writers.acquire().await?;
        Ok(key_store::settle(&mut connection, key_store).await? == key_store)
    }

    /// Returns the database.
    pub(crate) fn database(&self) -> &PostgresDatabase {
        &self.database
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// The migrations of the ledger's schema, embedded.
pub(crate) fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("src/store/postgres/migrations");
    migrations.create_schema(SCHEMA);
    migrations.dangerous_set_table_name("countersign_ledger.migrations");
    migrations
}
