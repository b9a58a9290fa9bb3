//! The ledger's file: entries, full tiles, checkpoints, and which key whose contents are sealed under.

mod checkpoints;
mod commit;
mod entries;
mod erasures;
mod holds;
mod in_clear;
mod keys;
pub(super) mod ladder;
mod ledger;
mod read_only;
mod subject_keys;
mod tile_roots;
mod tree;
mod workspaces;

pub use checkpoints::{CheckpointRow, last_checkpoint};
pub use commit::{Commit, EntryRow, LedgerWriter, SubjectKeyRow, TileRow};
pub use entries::{StoredEntry, checked_leaf_hashes, entry, entry_by_key, entry_range, leaf_of, leaves, size};
pub use erasures::{count_erased, erased_keys, erasures, erasures_from, latest_erasure};
pub use holds::{Hold, hold_stands, holds, standing_hold};
pub use ledger::LedgerStore;
pub(crate) use ledger::MIGRATIONS;
pub use read_only::ReadOnlyFile;
pub(crate) use read_only::{Stillness, primary_code};
pub use subject_keys::{assigned_max, keys_in_use, knows_subject};
pub use tile_roots::TileRoots;
pub use tree::{NotRead, TreeHashes, full_tile, partial_tiles, tree_hashes};
