//! What an appender answers for an entry, once and for ever.

use serde::{Deserialize, Serialize};

use crate::hash::Hash;

/// Where an entry stands and what its leaf hashes to. Never changes: the same idempotency key always gets the same receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Receipt {
    /// Position of the entry, from 0.
    pub index: u64,
    /// Hash of the entry's leaf, as the tree holds it.
    pub leaf_hash: Hash,
}
