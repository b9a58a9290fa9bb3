//! SQLite as every store here uses it: one writer, many readers, and a refusal to start on a database that could lose
//! an acknowledged write.

mod driver;
mod error;
mod open;
mod preflight;

pub use driver::DriverError;
pub use error::Error;
pub use open::{READERS_MAX, SqliteDatabase, empty_wal};
pub use preflight::{SQLITE_VERSION_MIN, check};
