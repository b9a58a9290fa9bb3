use countersign_api::ledger::v1 as wire;
use ledger_format::Hash;

use crate::{appender::Appended, log::Published, store::sqlite::StoredEntry};

/// Turns an index or size of ours into the contract's.
///
/// # Panics
/// Above 2^63 - 1, which no log reaches.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a log holds fewer than 2^63 entries")
}

pub(super) fn entry(entry: StoredEntry) -> wire::Entry {
    wire::Entry {
        index: number(entry.index),
        leaf: entry.leaf,
        leaf_hash: hash(&entry.leaf_hash),
        salt: entry.salt.as_bytes().to_vec(),
        content: entry.content,
    }
}

pub(super) fn receipt(appended: &Appended) -> wire::Receipt {
    wire::Receipt {
        index: number(appended.receipt.index),
        leaf_hash: hash(&appended.receipt.leaf_hash),
        replayed: appended.replayed,
    }
}

pub(super) fn checkpoint(published: &Published) -> wire::Checkpoint {
    wire::Checkpoint {
        signed_note: published.signed_note.clone(),
        size: number(published.checkpoint.size()),
        root: hash(&published.checkpoint.root()),
    }
}

pub(super) fn hash(hash: &Hash) -> Vec<u8> {
    hash.as_bytes().to_vec()
}
