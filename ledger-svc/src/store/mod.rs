//! All SQL of the crate: the ledger's own file, the fence store beside it, and rows read raw for verification.

mod cells;
mod error;
pub mod fence;
mod migration_rows;
pub mod raw;
pub mod sqlite;
mod statistics;

pub use error::Error;
