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
mod tiles;
mod workspaces;

pub(super) use checkpoints::last_checkpoint;
pub use commit::SqliteWriter;
pub(super) use entries::{checked_leaf_hashes, entry, entry_by_key, entry_range, leaf_hashes, leaves, size};
pub(super) use erasures::{count_erased, erased_keys, erasures, erasures_from, latest_erasure};
pub(super) use holds::{hold_stands, holds, standing_hold};
pub(super) use keys::standing;
pub(crate) use ledger::MIGRATIONS;
pub use ledger::SqliteLedger;
pub use read_only::ReadOnlyFile;
pub(crate) use read_only::{Stillness, primary_code};
pub(super) use subject_keys::{assigned_max, keys_in_use, knows_subject};
pub(super) use tiles::full_tiles;
pub(super) use workspaces::workspaces;
