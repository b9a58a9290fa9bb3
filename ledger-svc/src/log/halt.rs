/// Why a log is neither appended to nor signed any more. Entries can still be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// The log is shorter than what was signed: its file was restored from an older copy, or cut.
    #[error(
        "the log has `{size}` entries, the fence store remembers `{fence_size}`; put back the ledger file that holds them all"
    )]
    BehindFence {
        /// Entries in the log.
        size: u64,
        /// Size that was signed last.
        fence_size: u64,
    },
    /// The log says something else than what was signed.
    #[error(
        "the first `{fence_size}` entries have another root than the fence store remembers; put back the ledger file that was signed"
    )]
    OffFence {
        /// Size that was signed last.
        fence_size: u64,
    },
    /// The fence store knows less than the ledger's own checkpoints: it is the file that was restored or lost.
    #[error(
        "the ledger holds a checkpoint of `{checkpoint_size}` entries, the fence store remembers `{fence_size}`; put back the fence \
         file that belongs to this ledger file"
    )]
    FenceBehind {
        /// Size of the last stored checkpoint.
        checkpoint_size: u64,
        /// Size that the fence store remembers, 0 for a log it does not know.
        fence_size: u64,
    },
    /// The database holds less than it held before: an older copy took its place.
    #[error(
        "the log has `{size}` entries, this process has seen `{known_size}`; put back the database that holds them all, then restart"
    )]
    WentBack {
        /// Entries in the log.
        size: u64,
        /// Entries that it had before.
        known_size: u64,
    },
    /// Somebody else moved the fence while this process was serving.
    #[error("the fence was moved by somebody else; stop the other process that signs this log, then restart this one")]
    FenceMoved,
    /// The last checkpoint is not by this key, or not of these entries.
    #[error(
        "the checkpoint of `{size}` entries does not verify; restart with the key that signed it, or verify the ledger offline"
    )]
    CheckpointUnverified {
        /// Size of the checkpoint.
        size: u64,
    },
    /// L-2: what is stored does not give the root that was computed as it was appended.
    #[error("L-2: the stored entries do not give the root at `{size}`; verify the ledger offline")]
    RootDiffers {
        /// Size at which the roots differ.
        size: u64,
    },
    /// A row can not be read back, or the disk failed.
    #[error("storage failed; verify the ledger offline, then restart")]
    StorageFailed,
}

impl Halt {
    /// Tells whether the fence store is the reason, as against a failing or changed store.
    pub const fn is_by_fence(&self) -> bool {
        match self {
            Self::BehindFence { .. }
            | Self::OffFence { .. }
            | Self::FenceBehind { .. }
            | Self::WentBack { .. }
            | Self::FenceMoved => true,
            Self::CheckpointUnverified { .. } | Self::RootDiffers { .. } | Self::StorageFailed => false,
        }
    }
}
