//! All SQL of the crate: the ledger on SQLite and on PostgreSQL, the keys of its contents and the fence store beside it, what is kept about
//! witnesses, and rows read raw for verification.
//!
//! [`LedgerStore`], [`Reader`] and [`LedgerWriter`] are one of the two; what they read comes through [`read`] and [`tree`], in the same
//! shape from both. Each database has its own statements and migrations, written for what it does well.

mod cells;
mod commit;
pub mod content_keys;
mod error;
pub mod fence;
pub mod key_place;
mod ledger;
mod migration_rows;
mod place;
pub mod postgres;
pub mod raw;
pub mod read;
pub mod sqlite;
mod statistics;
mod stored;
mod tile_roots;
pub mod tree;
pub mod witness;
mod writer;

pub use commit::{CheckpointRow, Commit, EntryRow, HeadMove, SubjectKeyRow, TileRow};
pub use error::Error;
pub use ledger::{LedgerStore, Reader, Rows};
pub use place::LedgerPlace;
pub use stored::{Hold, StoredEntry};
pub use tile_roots::TileRoots;
pub use writer::LedgerWriter;
