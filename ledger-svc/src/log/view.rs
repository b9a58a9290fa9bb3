use std::sync::Arc;

use ledger_format::{Checkpoint, Frontier, Hash, empty_root};

use super::Halt;

/// Size and root of a log at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl Head {
    /// Returns the head of a log without entries.
    pub fn empty() -> Self {
        Self { size: 0, root: empty_root() }
    }

    /// Reads the head off a right edge.
    pub fn of(frontier: &Frontier) -> Self {
        Self { size: frontier.size(), root: frontier.root() }
    }
}

impl Default for Head {
    fn default() -> Self {
        Self::empty()
    }
}

/// A checkpoint that is signed, fenced and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note that says it, signature and all.
    pub signed_note: String,
}

/// What readers of one log wait on.
#[derive(Debug, Clone, Default)]
pub struct LogView {
    /// Entries committed.
    pub size: u64,
    /// The latest checkpoint; none while nothing has been signed.
    pub published: Option<Arc<Published>>,
    /// How many erasures this process has recorded.
    pub erasures: u64,
    /// Why the log is halted, when it is.
    pub halt: Option<Halt>,
    /// Whether the writer has ended, so that nothing will ever be added.
    pub is_final: bool,
}

impl LogView {
    /// Returns the size that the latest checkpoint covers.
    pub fn signed_size(&self) -> u64 {
        self.published.as_ref().map_or(0, |published| published.checkpoint.size())
    }
}
