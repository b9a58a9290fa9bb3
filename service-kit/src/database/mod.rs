//! SQLite as every store here uses it: one writer, many readers, and a refusal to start on a database that could lose
//! an acknowledged write.

mod error;
mod open;
mod preflight;

pub use error::Error;
pub use open::{READERS_MAX, SqliteDatabase};
pub use preflight::{SQLITE_VERSION_MIN, check};
