//! The store of content keys: a small file apart from the ledger. Whoever has the ledger's file, a backup of it or an export without
//! this one reads no content; destroying a key here erases what was sealed under it everywhere at once.

mod store;

pub(crate) use store::MIGRATIONS;
pub use store::{ContentKeyStore, KeyNumber};
