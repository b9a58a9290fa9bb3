//! Rows as they stand in a file or a database, believed in nothing: any column can hold any type, any key can be missing or stand twice.
//!
//! Verification reads through these, so that a changed file becomes a finding and never an error of the driver. Reads go on in pages by
//! key, with the row id as the last resort between equal keys, all within one read transaction: one moment of the ledger, flat
//! memory, and no lock that holds up a running server.

mod astray;
mod catalogue;
mod checkpoints;
mod custody;
mod entries;
mod fences;
mod file;
mod heads;
mod structure;
mod tiles;
mod value;
mod workspaces;

pub use astray::{StrayCheckpoint, StrayEntry, StrayTile};
pub use catalogue::{expected_catalogue, expected_keys_catalogue};
pub use checkpoints::RawCheckpoint;
pub use custody::{RawContentKey, RawHold, RawKeyStore, RawSubjectKey};
pub use entries::{RawEntry, RawPosition};
pub use fences::RawFence;
pub use file::RawFile;
pub use heads::RawHead;
pub use structure::{MigrationRow, SchemaObject, expected_migrations, expected_schema};
pub use value::Value;
pub use workspaces::RawWorkspaces;
