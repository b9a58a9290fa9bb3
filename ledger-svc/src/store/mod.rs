//! All SQL of the crate: the ledger's own file, the keys of its contents and the fence store beside it, what is kept about witnesses, and
//! rows read raw for verification.

mod cells;
pub mod content_keys;
mod error;
pub mod fence;
mod migration_rows;
pub mod raw;
pub mod sqlite;
mod statistics;
pub mod witness;

pub use error::Error;
