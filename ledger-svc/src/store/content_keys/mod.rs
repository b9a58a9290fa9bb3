//! The store of content keys, apart from the ledger: a small file, or a small database on another server. Whoever has the ledger, a backup
//! of it or an export without this store reads no content; destroying a key here erases what was sealed under it everywhere at once.

mod postgres;
mod sqlite;
mod store;

pub use postgres::PostgresContentKeys;
pub(crate) use postgres::{SCHEMA, migrations};
pub(crate) use sqlite::MIGRATIONS;
pub use store::{ContentKeyStore, KeyNumber};
