//! The fence store: a small file apart from the ledger that remembers what was signed last.
//!
//! It is written before a checkpoint is signed. Whoever puts back an older copy of the ledger's file finds the fence ahead of it, and
//! the service refuses to sign a second history. It must never be restored or deleted on its own.

mod row;
mod store;

pub use row::Fence;
pub(crate) use store::MIGRATIONS;
pub use store::{Advance, AdvanceError, FenceStore};
