//! Databases as every store here uses them: SQLite with one writer and many readers, PostgreSQL with bounded pools, and a refusal to
//! start on either where it could lose an acknowledged write.

mod driver;
mod error;
mod location;
mod open;
mod postgres;
mod preflight;
mod schema;

pub use driver::DriverError;
pub use error::Error;
pub use location::{Location, LocationError};
pub use open::{READERS_MAX, SqliteDatabase, empty_wal};
pub use postgres::{
    POSTGRES_READERS_MAX, POSTGRES_WRITERS_MAX, PostgresDatabase, PostgresError, PostgresReader, PostgresUrl,
    SERVER_VERSION_MIN, passes,
};
pub use preflight::{SQLITE_VERSION_MIN, check};
pub use schema::{SchemaStanding, SchemaStep};
