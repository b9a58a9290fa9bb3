use countersign_api::name::Workspace;
use ledger_format::Hash;

use super::content_keys::KeyNumber;
use crate::{
    custody::Change,
    log::{FullTile, Head},
};

/// Everything that one commit writes.
#[derive(Debug, Default)]
pub struct Commit {
    /// New entries, each log's in the order of their indices.
    pub entries: Vec<EntryRow>,
    /// Keys that subjects get with those entries.
    pub subject_keys: Vec<SubjectKeyRow>,
    /// What the entry about contents changes, where there is one: the last of the new entries.
    pub change: Option<Change>,
    /// Tiles that those entries make full.
    pub tiles: Vec<TileRow>,
    /// Where those entries bring each log's head.
    pub moves: Vec<HeadMove>,
    /// Checkpoints signed since.
    pub checkpoints: Vec<CheckpointRow>,
}

/// An entry to be written.
#[derive(Debug)]
pub struct EntryRow {
    /// Whose log it goes to.
    pub workspace: Workspace,
    /// Its position, from 0.
    pub index: u64,
    /// The leaf's hash.
    pub leaf_hash: Hash,
    /// Number of the key that its content is sealed under.
    pub content_key: KeyNumber,
    /// Its key.
    pub idempotency_key: String,
    /// The encoded leaf.
    pub leaf: Vec<u8>,
    /// Salt and content, sealed.
    pub sealed: Vec<u8>,
}

/// A subject's key to be written.
#[derive(Debug)]
pub struct SubjectKeyRow {
    /// The workspace whose log it is for.
    pub workspace: Workspace,
    /// Whose contents it seals.
    pub subject: String,
    /// Index of the first entry that it seals.
    pub first_index: u64,
    /// The key's number.
    pub content_key: KeyNumber,
}

/// A full tile to be written.
#[derive(Debug)]
pub struct TileRow {
    /// Whose log it is of.
    pub workspace: Workspace,
    /// The tile.
    pub tile: FullTile,
}

/// One log's step from where its writer found it to where a commit brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadMove {
    /// Whose log it is.
    pub workspace: Workspace,
    /// Where it was found.
    pub from: Head,
    /// Where the commit brings it.
    pub to: Head,
}

/// A signed checkpoint as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Whose log it is of.
    pub workspace: Workspace,
    /// The size it covers.
    pub size: u64,
    /// Size of the checkpoint stored before it, 0 for the first.
    pub previous_size: u64,
    /// The signed note.
    pub signed_note: String,
}
