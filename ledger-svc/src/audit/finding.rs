use std::{fmt, ops::RangeInclusive, path::PathBuf};

use ledger_format::{checkpoint, verify};

/// The first thing found wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The log's workspace as the row has it; none for a file as a whole.
    pub log: Option<String>,
    /// The entry that is wrong, or the smallest range that hashes and checkpoints can prove; none for what is of no entry.
    pub entries: Option<RangeInclusive<u64>>,
    /// The column, where it is known.
    pub column: Option<ColumnName>,
    /// What is wrong.
    pub what: Box<What>,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnName {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
}

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
    /// The log is shorter than what the fence store remembers.
    #[error(
        "the log has `{size}` entries, the fence store remembers `{fence_size}`: its tail was cut off or an older file put back"
    )]
    LogBehindFence {
        /// Entries in the log.
        size: u64,
        /// Size that the fence store remembers.
        fence_size: u64,
    },
    /// The log's first entries have another root than the fence store remembers.
    #[error("the first `{fence_size}` entries have another root than the fence store remembers")]
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
    /// The fence store's note of what is stored fits no checkpoint.
    #[error(
        "the fence store says that the checkpoint of `{stored_size}` entries was stored last, the ledger's last is of `{checkpoint_size}`"
    )]
    FenceNoteDiffers {
        /// Size that the fence store notes.
        stored_size: u64,
        /// Size of the last checkpoint.
        checkpoint_size: u64,
    },
    /// The fence store remembers something that is no log under this prefix.
    #[error("the fence store remembers `{origin}`, which is no log under this origin prefix")]
    FenceUnknownLog {
        /// What it remembers.
        origin: String,
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
    /// The file's schema is not the one that the service makes.
    #[error(
        "the schema of `{file}` is not what this release makes at `{object}`: it was changed, or is of another release",
        file = file.display()
    )]
    SchemaDiffers {
        /// The file.
        file: PathBuf,
        /// The table, index, trigger or migration.
        object: String,
    },
    /// SQLite finds tables and indices at odds.
    #[error("SQLite finds `{file}` damaged: {message}", file = file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        message: String,
    },
    /// SQLite can not read on.
    #[error("`{file}` can not be read on: {message}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What SQLite says.
        message: String,
    },
}

impl Finding {
    /// Finds something wrong with a file as a whole.
    pub(super) fn of_file(what: What) -> Self {
        Self { log: None, entries: None, column: None, what: Box::new(what) }
    }

    /// Finds something wrong with entries of a log.
    pub(super) fn of_entries(log: &str, entries: RangeInclusive<u64>, what: What) -> Self {
        Self { log: Some(log.to_owned()), entries: Some(entries), column: None, what: Box::new(what) }
    }

    /// Finds something wrong with a log, at no entry.
    pub(super) fn of_log(log: &str, what: What) -> Self {
        Self { log: Some(log.to_owned()), entries: None, column: None, what: Box::new(what) }
    }

    /// Says which column it is.
    pub(super) fn in_column(mut self, table: &'static str, column: &'static str) -> Self {
        self.column = Some(ColumnName { table, column });
        self
    }

    /// Says where it is, unless that is known.
    pub(super) fn or_at(mut self, log: &str, entries: RangeInclusive<u64>) -> Self {
        self.log.get_or_insert_with(|| log.to_owned());
        self.entries.get_or_insert(entries);
        self
    }

    /// Returns the first index that is, or may be, wrong.
    pub fn first_index(&self) -> Option<u64> {
        self.entries.as_ref().map(|entries| *entries.start())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(log) = &self.log {
            write!(f, "log `{log}`, ")?;
        }
        match &self.entries {
            Some(entries) if entries.start() == entries.end() => write!(f, "entry `{}`, ", entries.start())?,
            Some(entries) => write!(f, "entries `{}` to `{}`, ", entries.start(), entries.end())?,
            None => {}
        }
        if let Some(ColumnName { table, column }) = self.column {
            write!(f, "column `{table}.{column}`: ")?;
        }
        self.what.fmt(f)
    }
}

impl std::error::Error for Finding {}
