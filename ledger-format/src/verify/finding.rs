//! What can be wrong in a log.

use crate::hash::Hash;
use crate::leaf;

/// The first thing found wrong in a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry `{index}`: {what}")]
pub struct Finding {
    /// First index that is wrong; for a root, the first that no checkpoint has confirmed.
    pub index: u64,
    /// What is wrong there.
    pub what: What,
}

/// What can be wrong in a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// Another index stands where this one should.
    #[error("index `{found}` stands in its place: an entry was lost, doubled or moved")]
    IndexNotDense {
        /// The index that stands there.
        found: u64,
    },
    /// The stored leaf hash is not the leaf's.
    #[error("the leaf hashes to `{computed}`, `{stored}` is stored: one of the two was changed")]
    LeafHashDiffers {
        /// Hash of the stored leaf.
        computed: Hash,
        /// The stored hash.
        stored: Hash,
    },
    /// The leaf is not canonical.
    #[error(transparent)]
    LeafMalformed(#[from] leaf::Error),
    /// The leaf is of another log.
    #[error("the leaf is of log `{found}`: it was moved here")]
    LeafOfOtherLog {
        /// The leaf's origin.
        found: String,
    },
    /// A column says something else than the leaf.
    #[error("the stored {column} differs from the leaf: the column was changed")]
    ColumnDiffers {
        /// Which column.
        column: leaf::Field,
    },
    /// The append time is earlier than that of the entry before.
    #[error("appended at `{found_us}` µs, the entry before it at `{before_us}` µs: time never runs backwards in a log")]
    TimeBackwards {
        /// Append time of the entry before.
        before_us: i64,
        /// Append time of this entry.
        found_us: i64,
    },
    /// Salt and content do not give the commitment.
    #[error("salt and content do not give the leaf's commitment: one of the two was changed")]
    ContentDiffers,
    /// The checkpoint is of another log.
    #[error("the checkpoint is of log `{found}`: verify the log against its own checkpoint")]
    CheckpointOfOtherLog {
        /// The checkpoint's origin.
        found: String,
    },
    /// The log has another number of entries than the checkpoint says.
    #[error("`{read}` entries were read, the checkpoint covers `{signed}`: entries were cut off or added")]
    SizeDiffers {
        /// Entries that were read.
        read: u64,
        /// Entries that the checkpoint covers.
        signed: u64,
    },
    /// The entries have another root than the checkpoint says.
    #[error(
        "the entries up to, not including, `{end}` give root `{computed}`, `{signed}` was signed: one of them was changed"
    )]
    RootDiffers {
        /// End of the range in which something was changed; it begins at the finding's index.
        end: u64,
        /// Root of the entries that were read.
        computed: Hash,
        /// Root that was signed.
        signed: Hash,
    },
}
