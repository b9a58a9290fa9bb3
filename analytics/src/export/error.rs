//! Why a log cannot be exported, or an export not be believed.

use std::io;
use std::path::{Path, PathBuf};

use ledger_format::verify::Finding;
use ledger_format::{checkpoint, hash};
use polars::error::PolarsError;

use super::part_size::PART_ENTRIES;

/// Why a log cannot be exported, or an export not be believed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger refused a call or broke off.
    #[error(
        "the ledger did not answer `{rpc}` to the end: see that it runs and that the caller may read it, then run again"
    )]
    Ledger {
        /// The rpc.
        rpc: &'static str,
        /// What the ledger said.
        source: Box<tonic::Status>,
    },
    /// The ledger answered without a checkpoint.
    #[error("the ledger has no signed checkpoint yet: append an entry, or wait until the publisher has signed")]
    NoCheckpoint,
    /// The checkpoint is malformed, of another log, or not signed by the pinned key.
    #[error("the checkpoint is not to be believed: nothing is taken from this log or export")]
    Checkpoint(#[source] checkpoint::Error),
    /// The entries are not those of the checkpoint, or one of them is not what its leaf says.
    #[error(
        "the log does not verify: nothing is taken from it; `ledger verify` on the server shows where it was changed"
    )]
    Log(#[source] Finding),
    /// An entry is not of its form.
    #[error(
        "entry `{index}` came with a `{field}` that has no such form: see that server and client are of one release"
    )]
    EntryMalformed {
        /// Index of the entry.
        index: u64,
        /// Its field.
        field: &'static str,
        /// What is wrong with it.
        source: hash::Error,
    },
    /// A lookup by key gave something that is not an entry's content of ours.
    #[error("entry `{key}` was answered without an entry: see that server and client are of one release")]
    EntryMissing {
        /// The idempotency key asked for.
        key: String,
    },
    /// The log is shorter than an earlier export of it.
    #[error(
        "the folder holds `{exported}` verified entries, the ledger's checkpoint covers `{signed}`: the ledger was cut off or restored; keep the folder as evidence and export to another one"
    )]
    LogShrank {
        /// Entries in the folder's full parts.
        exported: u64,
        /// Entries under the checkpoint.
        signed: u64,
    },
    /// The folder holds the export of another log.
    #[error("`{}` holds an export of log `{found}`, asked was for `{expected}`: choose another folder", folder.display())]
    OtherLog {
        /// The folder.
        folder: PathBuf,
        /// Origin of the export that is there.
        found: String,
        /// Origin that was asked for.
        expected: String,
    },
    /// A file or folder cannot be read or written.
    #[error("`{}` can not be used: check that it exists, has room and belongs to this user", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A part cannot be encoded or decoded.
    #[error("`{}` is not a part of an export of this release: remove the folder and export again", path.display())]
    Parquet {
        /// The part.
        path: PathBuf,
        /// What polars says.
        source: PolarsError,
    },
    /// There is no manifest.
    #[error("`{}` has no manifest: the export was never finished; run it again, it goes on where it stopped", folder.display())]
    ManifestMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest is not JSON of its shape.
    #[error("the manifest in `{}` is not one of this release: it was changed, or written by a newer release", folder.display())]
    ManifestMalformed {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The manifest is not written in its one canonical form.
    #[error("the manifest in `{}` is not in canonical form: it was changed after it was written; export again", folder.display())]
    ManifestNotCanonical {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest says one thing, and its checkpoint or its parts another.
    #[error("the manifest's `{field}` differs from what the export holds: the manifest was changed; export again")]
    ManifestDiffers {
        /// The field.
        field: &'static str,
    },
    /// A part is not there.
    #[error("part `{}` is missing: bring it back, or export again", path.display())]
    PartMissing {
        /// The part.
        path: PathBuf,
    },
    /// A part is there that the manifest does not name.
    #[error("part `{}` is not in the manifest: an export was interrupted there, or it was added; run the export again", path.display())]
    PartStray {
        /// The part.
        path: PathBuf,
    },
    /// A part's bytes are not those that the manifest names.
    #[error("part `{}` was changed: its bytes have another SHA-256 than the manifest names; export again", path.display())]
    PartChanged {
        /// The part.
        path: PathBuf,
    },
    /// The leaves of a part are not those of the log.
    #[error("part `{}` does not verify: it was changed together with the manifest; export again", path.display())]
    PartUnverified {
        /// The part.
        path: PathBuf,
        /// The first thing found wrong.
        source: Finding,
    },
    /// A typed column contradicts the leaf beside it.
    #[error("part `{}`, entry `{index}`: the column `{column}` contradicts the leaf; export again", path.display())]
    ColumnDiffers {
        /// The part.
        path: PathBuf,
        /// Index of the entry.
        index: u64,
        /// The column.
        column: &'static str,
    },
    /// The size of a part is not one that a tree can be cut into.
    #[error("`{0}` is no size of a part: choose a power of two from 1 to `{PART_ENTRIES}`")]
    PartSize(u64),
    /// A task of the export ended early.
    #[error("the export was interrupted: run it again, it goes on where it stopped")]
    Interrupted,
}

impl Error {
    /// Tells whether the log or the export is to blame, not the network, the disk or the caller.
    pub const fn is_unverified(&self) -> bool {
        match self {
            Self::Checkpoint(_)
            | Self::Log(_)
            | Self::EntryMalformed { .. }
            | Self::LogShrank { .. }
            | Self::Parquet { .. }
            | Self::ManifestMissing { .. }
            | Self::ManifestMalformed { .. }
            | Self::ManifestNotCanonical { .. }
            | Self::ManifestDiffers { .. }
            | Self::PartMissing { .. }
            | Self::PartStray { .. }
            | Self::PartChanged { .. }
            | Self::PartUnverified { .. }
            | Self::ColumnDiffers { .. } => true,
            Self::Ledger { .. }
            | Self::NoCheckpoint
            | Self::EntryMissing { .. }
            | Self::OtherLog { .. }
            | Self::File { .. }
            | Self::PartSize(_)
            | Self::Interrupted => false,
        }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(PolarsError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { path, source }
    }

    pub(super) fn ledger(rpc: &'static str) -> impl FnOnce(tonic::Status) -> Self {
        move |status| Self::Ledger { rpc, source: Box::new(status) }
    }
}
