//! The ledger's file: entries, full tiles, checkpoints.

mod checkpoints;
mod commit;
mod entries;
mod keys;
mod ladder;
mod ledger;
mod read_only;
mod tile_roots;
mod tree;
mod workspaces;

pub use checkpoints::{CheckpointRow, last_checkpoint};
pub use commit::{Commit, EntryRow, LedgerWriter, TileRow};
pub use entries::{StoredEntry, checked_leaf_hashes, entry, entry_by_key, entry_range, leaf_of, leaves, size};
pub use ledger::LedgerStore;
pub(crate) use ledger::MIGRATIONS;
pub use read_only::ReadOnlyFile;
pub(crate) use read_only::{Stillness, primary_code};
pub use tile_roots::TileRoots;
pub use tree::{NotRead, TreeHashes, full_tile, partial_tiles, tree_hashes};
