use bytes::Bytes;
use ledger_format::Hash;

use super::content_keys::KeyNumber;

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its position, from 0.
    pub index: u64,
    /// The encoded leaf.
    pub leaf: Bytes,
    /// The leaf's hash.
    pub leaf_hash: Hash,
    /// Number of the key that its content is, or was, sealed under.
    pub content_key: KeyNumber,
    /// Salt and content, sealed; empty once erased.
    pub sealed: Bytes,
}

/// A legal hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is held.
    pub subject: String,
    /// Index of the entry that placed it.
    pub placed_index: u64,
}
