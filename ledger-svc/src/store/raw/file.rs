use service_kit::database::{Location, PostgresUrl};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::store::{Rows, content_keys, postgres, sqlite::ReadOnlyFile};

/// One moment of a ledger, of a fence store or of content keys, wherever its rows are.
#[derive(Debug)]
pub struct RawFile {
    opened: Opened,
    /// The schema of a database that the rows are in.
    schema: &'static str,
}

#[derive(Debug)]
enum Opened {
    Sqlite(ReadOnlyFile),
    Postgres(Box<PgConnection>),
}

/// The connection that a query is put to, each database in its own words.
pub(super) enum RawConnection<'f> {
    Sqlite(&'f mut SqliteConnection),
    Postgres(&'f mut PgConnection),
}

impl RawFile {
    /// Opens a ledger or a fence store read-only and holds on to its present moment; whatever is committed later is not seen.
    ///
    /// # Errors
    /// When it is missing, can not be read, or is no database.
    pub async fn open(location: &Location) -> Result<Self, sqlx::Error> {
        Self::open_schema(location, postgres::SCHEMA).await
    }

    /// Opens content keys as [`RawFile::open`] opens a ledger.
    ///
    /// # Errors
    /// As [`RawFile::open`].
    pub async fn open_keys(location: &Location) -> Result<Self, sqlx::Error> {
        Self::open_schema(location, content_keys::SCHEMA).await
    }

    async fn open_schema(location: &Location, schema: &'static str) -> Result<Self, sqlx::Error> {
        let opened = match location {
            Location::Sqlite(file) => Opened::Sqlite(open_file(file).await?),
            Location::Postgres(url) => Opened::Postgres(Box::new(open_database(url, schema).await?)),
        };
        Ok(Self { opened, schema })
    }

    /// Returns the rows as this moment has them, for whoever believes them.
    pub(crate) fn rows(&mut self) -> Rows<'_> {
        match self.connection() {
            RawConnection::Sqlite(connection) => Rows::Sqlite(connection),
            RawConnection::Postgres(connection) => Rows::Postgres(connection),
        }
    }

    pub(super) const fn schema_name(&self) -> &'static str {
        self.schema
    }

    /// Lets go of it.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        match self.opened {
            Opened::Sqlite(file) => file.close().await,
            Opened::Postgres(connection) => connection.close().await,
        }
    }

    pub(super) fn connection(&mut self) -> RawConnection<'_> {
        match &mut self.opened {
            Opened::Sqlite(file) => RawConnection::Sqlite(&mut file.connection),
            Opened::Postgres(connection) => RawConnection::Postgres(connection),
        }
    }
}

async fn open_file(file: &std::path::Path) -> Result<ReadOnlyFile, sqlx::Error> {
    let mut file = ReadOnlyFile::open(file).await?;
    sqlx::query("BEGIN").execute(&mut file.connection).await?;
    // The moment begins with the first read.
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut file.connection).await?;
    Ok(file)
}

/// A server's standby will do, and so will a role that may only read.
async fn open_database(url: &PostgresUrl, schema: &'static str) -> Result<PgConnection, sqlx::Error> {
    let mut connection = url.connect_to_read(schema).await?;
    // The moment begins with the first read.
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await?;
    sqlx::query("SELECT count(*) FROM migrations").execute(&mut connection).await?;
    Ok(connection)
}

/// Puts a query to whichever database it is, and reads each row: `fetch!(file, "sqlite's", "postgres's", [binds], |row| …)`.
macro_rules! fetch {
    ($file:expr, $sqlite:expr, $postgres:expr, [$($bind:expr),*], |$row:ident| $read:expr) => {
        match $file.connection() {
            $crate::store::raw::file::RawConnection::Sqlite(connection) => {
                let rows = sqlx::query($sqlite)$(.bind($bind))*.fetch_all(connection).await?;
                rows.iter().map(|$row| $read).collect::<Result<Vec<_>, sqlx::Error>>()
            }
            $crate::store::raw::file::RawConnection::Postgres(connection) => {
                let rows = sqlx::query($postgres)$(.bind($bind))*.fetch_all(connection).await?;
                rows.iter().map(|$row| $read).collect::<Result<Vec<_>, sqlx::Error>>()
            }
        }
    };
}
pub(super) use fetch;
