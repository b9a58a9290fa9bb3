//! The last checkpoint of a log that a caller has verified, and that every later one must have grown from.

use ledger_format::{Hash, LogVerifier};

/// Size and root of a log when it was last verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// Entries that it had.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl Remembered {
    /// Tells whether the log that is being read had this root when it had this size. True while it is elsewhere.
    pub(super) fn agrees(&self, verifier: &LogVerifier) -> bool {
        verifier.root_at(self.size).is_none_or(|root| root == self.root)
    }
}
