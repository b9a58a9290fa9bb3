//! The ledger in a PostgreSQL database that several processes share.
//!
//! Whoever appends locks the heads of the logs it appends to, so that commits to one log follow each other whoever makes them; a
//! writer that finds a head further than it remembers reads what others added first. There is no lease that could lapse: a process
//! that dies, stops or is cut off in the middle holds a lock only as long as the server lets its silent transaction live.

mod checkpoints;
mod commit;
mod entries;
mod erasures;
mod heads;
mod holds;
mod key_store;
mod keys;
mod ledger;
mod notices;
mod subject_keys;
mod tiles;
mod turn;
mod workspaces;

pub(super) use checkpoints::last_checkpoint;
pub(super) use entries::{checked_leaf_hashes, entry, entry_by_key, entry_range, leaf_hashes, leaves};
pub(crate) use erasures::erased_keys_from;
pub(super) use erasures::{count_erased, erased_keys, erasures, erasures_from, latest_erasure};
pub use heads::HeadRow;
pub(crate) use heads::{head, heads, size};
pub(super) use holds::{hold_stands, holds, standing_hold};
pub(super) use keys::standing;
pub use ledger::PostgresLedger;
pub(crate) use ledger::{SCHEMA, migrations};
pub(crate) use notices::{Notice, Notices};
pub(super) use subject_keys::{assigned_max, keys_in_use, knows_subject};
pub(super) use tiles::full_tiles;
pub use turn::PostgresWriter;
pub(super) use workspaces::workspaces;
