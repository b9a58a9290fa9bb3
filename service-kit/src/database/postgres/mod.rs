//! PostgreSQL as every store here uses it: bounded pools, prepared statements, and a refusal to start on a server that could lose an
//! acknowledged write.

mod error;
mod migrate;
mod open;
mod preflight;
mod trouble;
mod url;

pub use error::PostgresError;
pub(super) use migrate::applied;
pub use open::{POSTGRES_READERS_MAX, POSTGRES_WRITERS_MAX, PostgresDatabase, PostgresReader};
pub use preflight::SERVER_VERSION_MIN;
pub use trouble::passes;
pub use url::PostgresUrl;

#[cfg(test)]
mod tests;
