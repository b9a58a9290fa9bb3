use ledger_format::{checkpoint, verify};

use super::StoreFile;

/// What can be wrong in a ledger's files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// An entry, or the root over several, as the format's verifier says it.
    #[error("{0}")]
    Log(verify::What),
    /// Another index stands where this one should.
    #[error("index `{found}` stands where `{expected}` should: an entry was lost, doubled, added or moved")]
    IndexNotDense {
        /// The index that comes next.
        expected: u64,
        /// The index that stands there.
        found: i64,
    },
    /// The value has another type than was written.
    #[error("is {found} instead of {expected}: the column was changed")]
    WrongType {
        /// SQLite's type of what was written.
        expected: &'static str,
        /// SQLite's type of what is there.
        found: &'static str,
    },
    /// The text is no UTF-8.
    #[error("is not UTF-8: the column was changed")]
    NotUtf8,
    /// The number can not be one of the service's.
    #[error("is `{found}`, a number that is never written: the column was changed")]
    WrongNumber {
        /// The number.
        found: i64,
    },
    /// The bytes have another length than was written.
    #[error("has `{found}` bytes instead of `{expected}`: the column was changed")]
    WrongLength {
        /// Bytes that were written.
        expected: usize,
        /// Bytes that are there.
        found: usize,
    },
    /// A tile holds another hash than the entries give.
    #[error(
        "tile `{tile_index}` at level `{level}` holds another hash than the entries give: tile or entry was changed"
    )]
    TileDiffers {
        /// The tile's level.
        level: u8,
        /// Its position.
        tile_index: u64,
    },
    /// A full tile is not there, or stands twice.
    #[error("tile `{tile_index}` at level `{level}` stands `{found}` times instead of once")]
    TileCount {
        /// The tile's level.
        level: u8,
        /// Its position.
        tile_index: u64,
        /// How often it stands.
        found: usize,
    },
    /// A row is of no full tile of this log.
    #[error("level `{level}`, index `{tile_index}` is no full tile of this log: the row was added or changed")]
    TileUnexpected {
        /// What stands for the level.
        level: String,
        /// What stands for the position.
        tile_index: String,
    },
    /// A checkpoint is malformed or not signed by the pinned key for this log.
    #[error("the checkpoint is not to be believed: {0}")]
    CheckpointRefused(checkpoint::Error),
    /// A checkpoint's note holds more than was written.
    #[error("the checkpoint's note holds lines that the service does not write")]
    CheckpointExtended,
    /// A checkpoint's column says another size than its note.
    #[error("the column says `{column}`, the signed note says `{signed}`")]
    CheckpointSizeDiffers {
        /// Size in the column.
        column: u64,
        /// Size in the note.
        signed: u64,
    },
    /// The chain of checkpoints is broken.
    #[error(
        "names `{found}` as the size of the checkpoint before it, which is `{expected}`: a checkpoint was lost or added"
    )]
    CheckpointChainBroken {
        /// Size of the checkpoint before, 0 for none.
        expected: u64,
        /// The size that the row names.
        found: i64,
    },
    /// Two rows hold a checkpoint of one size.
    #[error("a checkpoint stands twice")]
    CheckpointDoubled,
    /// The last checkpoint, known to have been stored, is not there.
    #[error("the checkpoint of `{fence_size}` entries, which the fence store knows as stored, is not in the ledger")]
    CheckpointMissing {
        /// Size that it covered.
        fence_size: u64,
    },
    /// An entry of the log of logs covers no checkpoint.
    #[error("is no leaf of the log of logs: it covers no checkpoint of a workspace")]
    CoversNothing,
    /// An entry of the log of logs covers a checkpoint that is not stored, or has another root.
    #[error(
        "covers a checkpoint of `{workspace}` at `{size}` that the ledger does not hold, or holds with another root"
    )]
    CoverDiffers {
        /// The log that it names.
        workspace: String,
        /// The size that it names.
        size: u64,
    },
    /// The head of a log is not there, or stands twice.
    #[error("the head stands `{found}` times instead of once")]
    HeadCount {
        /// How often it stands.
        found: usize,
    },
    /// The head says another number than the log has.
    #[error("the head says `{found}`, the log has `{expected}`: the head was changed, or the log's tail")]
    HeadDiffers {
        /// What the log has.
        expected: u64,
        /// What the head says.
        found: u64,
    },
    /// The head says another root than the entries give.
    #[error("the head says another root than the first `{size}` entries give: the head was changed")]
    HeadRootDiffers {
        /// Entries in the log.
        size: u64,
    },
    /// The log is shorter than what the fence store remembers.
    #[error(
        "the log has `{size}` entries, the fence store remembers `{fence_size}`: its tail was cut off, an \
         older file put back, or the fence store's row changed"
    )]
    LogBehindFence {
        /// Entries in the log.
        size: u64,
        /// Size that the fence store remembers.
        fence_size: u64,
    },
    /// The log's first entries have another root than the fence store remembers.
    #[error(
        "the first `{fence_size}` entries have another root than the fence store remembers: one of the two was changed"
    )]
    FenceRootDiffers {
        /// Size that the fence store remembers.
        fence_size: u64,
    },
    /// The fence store knows less than the ledger's checkpoints.
    #[error(
        "the ledger holds a checkpoint of `{checkpoint_size}` entries, the fence store remembers `{fence_size}`: the fence store was \
         put back, changed or lost"
    )]
    FenceBehind {
        /// Size of the last checkpoint.
        checkpoint_size: u64,
        /// Size that the fence store remembers, 0 for a log it does not know.
        fence_size: u64,
    },
    /// The fence store's size is not that of the root beside it.
    #[error("says `{fence_size}`, the root beside it is that of the first `{root_size}` entries: the size was changed")]
    FenceSizeDiffers {
        /// Size that the fence store remembers.
        fence_size: u64,
        /// Size at which the log has the remembered root.
        root_size: u64,
    },
    /// The fence store's note of what is stored fits no checkpoint.
    #[error(
        "is neither the root of the last stored checkpoint, of `{checkpoint_size}` entries, nor of the one before it: the column was \
         changed"
    )]
    FenceNoteDiffers {
        /// Size of the last checkpoint.
        checkpoint_size: u64,
    },
    /// The fence store remembers something that is no log under this prefix.
    #[error("the fence store remembers `{origin}`, which is no log under this origin prefix")]
    FenceUnknownLog {
        /// What it remembers.
        origin: String,
    },
    /// The fence store remembers one log twice.
    #[error("the fence store remembers this log twice")]
    FenceDoubled,
    /// What is sealed does not open.
    #[error("does not open under the content key `{content_key}`: the sealed bytes, the leaf or the key was changed")]
    SealBroken {
        /// Number of the key.
        content_key: u64,
    },
    /// Nothing is sealed, and nothing says that it was erased.
    #[error("is empty, and no later entry says that the content was erased: it was destroyed")]
    SealLost,
    /// Something is sealed that a later entry says was erased.
    #[error("holds bytes, though entry `{erasure_index}` says that they were erased: they were put back")]
    SealPutBack {
        /// Index of the erasure.
        erasure_index: u64,
    },
    /// The key of a content that nobody erased is gone.
    #[error("the content key `{content_key}` is gone, and no later entry says that its subject was erased")]
    KeyLost {
        /// Number of the key.
        content_key: u64,
    },
    /// The key of an erased content is still there.
    #[error(
        "the content key `{content_key}` is still there, though entry `{erasure_index}` says that its subject was erased"
    )]
    KeyNotDestroyed {
        /// Number of the key.
        content_key: u64,
        /// Index of the erasure.
        erasure_index: u64,
    },
    /// The keys are of another store than the ledger's contents are sealed under.
    #[error(
        "is not what the other database says of the store of content keys: one of the two was changed, or is of another ledger"
    )]
    KeyStoreDiffers,
    /// A key has a number that was not given away yet.
    #[error("says that the next key is `{next}`, though `{highest}` stands: the row was changed, or put back")]
    KeyStoreBehind {
        /// The number that the next key would get.
        next: u64,
        /// The highest number of a key.
        highest: u64,
    },
    /// A key does not have its fingerprint.
    #[error("number, secret and fingerprint do not belong together: one of them was changed")]
    KeyChanged,
    /// An entry is sealed under a key that is not its subject's.
    #[error("says key `{found}`, which is not the one that the subject has: one of the two was changed")]
    KeyOfOther {
        /// Number in the row of the entry.
        found: u64,
    },
    /// A row about a subject's key fits no entry.
    #[error("no entry bears this out: the row was added or changed")]
    CustodyUnfounded,
    /// A row that an entry asks for is not there.
    #[error("the row that entry `{index}` asks for is not there: it was lost or changed")]
    CustodyLost {
        /// Index of the entry.
        index: u64,
    },
    /// A row is of something that is no workspace.
    #[error("rows stand under `{workspace}`, which is no workspace")]
    NoWorkspace {
        /// What stands in the column.
        workspace: String,
    },
    /// L-5: two entries have one key.
    #[error("the idempotency key of this entry stands twice in its log")]
    KeyDoubled,
    /// A row stands under another value of this column than it was written with.
    #[error("the row that belongs here stands under `{found}`: the column was changed")]
    RowElsewhere {
        /// What stands in the column.
        found: String,
    },
    /// A note about a migration says something else than this release writes.
    #[error("is not what this release notes about the migration: the column was changed, or is of another release")]
    MigrationDiffers,
    /// A migration that made this schema is not noted.
    #[error("the migration is not noted: the row was lost")]
    MigrationLost,
    /// A migration is noted that this release does not have.
    #[error("this release has no such migration: the row was added, or is of a newer release")]
    MigrationAdded,
    /// The schema holds something that the service does not make.
    #[error("the service makes no {kind} of this name here: it was added, or is of another release")]
    SchemaAdded {
        /// What kind of object it is.
        kind: String,
    },
    /// Something that the service makes is not in the schema.
    #[error("the {kind} that the service makes is not there: it was lost, or the file is of another release")]
    SchemaLost {
        /// What kind of object it is.
        kind: String,
    },
    /// An object of the schema is not as the service makes it.
    #[error("the {kind} is not as the service makes it: it was changed, or is of another release")]
    SchemaChanged {
        /// What kind of object it is.
        kind: String,
    },
    /// SQLite's planner keeps statistics, which the service never lets it make.
    #[error("the query planner's statistics follow from nothing that is signed, and the service keeps none")]
    Statistics,
    /// SQLite finds tables and indices at odds.
    #[error("SQLite finds the file damaged: {said}")]
    Damaged {
        /// What SQLite says.
        said: String,
    },
    /// The database can not read on.
    #[error("the database can not read it: {said}")]
    Unreadable {
        /// What SQLite says.
        said: String,
    },
}

impl What {
    /// Says what to do now, about a finding in this file.
    pub const fn mend(&self, file: StoreFile) -> &'static str {
        match self {
            Self::Statistics => "start the service once, which drops them, then verify again",
            Self::SchemaAdded { .. }
            | Self::SchemaLost { .. }
            | Self::SchemaChanged { .. }
            | Self::MigrationDiffers
            | Self::MigrationLost
            | Self::MigrationAdded => {
                "verify with the release that wrote the file last, or start this one once, which brings an older schema up to date; if it \
                 is found again, keep the file as evidence and put back the newest copy that verifies"
            }
            Self::CheckpointRefused(_) | Self::FenceUnknownLog { .. } => {
                "verify with the key and origin prefix that the log was signed under; if they are, keep both files as evidence and put \
                 back the newest copies that verify"
            }
            Self::Damaged { .. } | Self::Unreadable { .. } => {
                "check the disk, keep the file as evidence, and put back the newest copy that verifies; a file of an older release is \
                 brought up to date when the service starts"
            }
            Self::KeyNotDestroyed { .. } => "start the service once, which destroys it, then verify again",
            Self::KeyLost { .. } => {
                "put back the file of content keys that belongs to this ledger; without it, what was sealed under the key can not be read \
                 any more, and every proof stands all the same"
            }
            _ => match file {
                StoreFile::Ledger => {
                    "stop the service, keep the file as evidence, and put back the newest copy of it that verifies with this fence store"
                }
                StoreFile::ContentKeys => {
                    "stop the service, keep the file as evidence, and put back the newest copy of it that verifies with this ledger; keys \
                     that were erased since are destroyed again at the start"
                }
                StoreFile::LedgerDatabase => {
                    "stop every process of this ledger, keep a copy of the database as evidence, and put back the newest one that verifies with \
                     every process's fence store"
                }
                StoreFile::ContentKeysDatabase => {
                    "stop every process of this ledger, keep a copy of the database as evidence, and put back the newest one that verifies with this \
                     ledger; keys that were erased since are destroyed again at the start"
                }
                StoreFile::Fence => {
                    "stop the service, keep both files as evidence, hold the last checkpoint against one that somebody else remembers, and \
                     put back the fence store that belongs to this ledger"
                }
            },
        }
    }
}
