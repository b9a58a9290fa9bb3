use countersign_api::ledger::v1 as wire;
use ledger_format::Hash;

use crate::{
    appender::Appended,
    contents::{ReadEntry, Said},
    log::Published,
    witness::WitnessStanding,
};

/// Turns an index or size of ours into the contract's.
///
/// # Panics
/// Above 2^63 - 1, which no log reaches.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a log holds fewer than 2^63 entries")
}

/// Shows an entry, with what is stored of its content only where that was asked for.
pub(super) fn entry(entry: ReadEntry, include_sealed: bool) -> wire::Entry {
    let (salt, content, erased) = match entry.said {
        Said::Kept { salt, content } => (salt.as_bytes().to_vec(), content, false),
        Said::Erased => (Vec::new(), bytes::Bytes::new(), true),
    };
    wire::Entry {
        index: number(entry.index),
        leaf: entry.leaf,
        leaf_hash: hash(&entry.leaf_hash),
        salt,
        content,
        sealed: if include_sealed { entry.sealed } else { bytes::Bytes::new() },
        content_key: entry.content_key.to_string(),
        erased,
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

pub(super) fn witness(witness: &WitnessStanding) -> wire::WitnessState {
    wire::WitnessState {
        name: witness.name.clone(),
        size: number(witness.size),
        cosign_time_secs: i64::try_from(witness.cosigned_at_secs).unwrap_or(i64::MAX),
        fault: witness.fault.clone().unwrap_or_default(),
    }
}

pub(super) fn hash(hash: &Hash) -> Vec<u8> {
    hash.as_bytes().to_vec()
}
