//! Why a log cannot be exported, or an export not be believed.

use std::io;
use std::path::{Path, PathBuf};

use ledger_format::verify::Finding;
use ledger_format::{checkpoint, hash};
use polars::error::PolarsError;

use super::manifest::FORMAT_VERSION;
use super::part_size::PART_ENTRIES;
use super::signature::SignatureError;
use super::standing::NotOurs;

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
    /// The ledger's checkpoint is malformed, of another log, or not signed by the pinned key.
    #[error(
        "the ledger's checkpoint is not to be believed, nothing is taken from this log: pin the key of the log that is asked"
    )]
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
        "the folder holds an export of `{exported}` entries, the ledger's checkpoint covers `{signed}`: the ledger was cut off or restored; keep the folder as evidence and export to another one"
    )]
    LogShrank {
        /// Entries that were exported before.
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
    /// The log is not the one that was exported before, or the export not the one that its manifest continues.
    #[error(
        "the first `{size}` entries are not those of the export before in `{}`: the log was forked or the export changed; keep the folder as evidence and export to another one",
        folder.display()
    )]
    PreviousDiffers {
        /// The folder.
        folder: PathBuf,
        /// Entries in the export before.
        size: u64,
    },
    /// The export is of a log that is shorter than one verified before.
    #[error(
        "the export in `{}` has `{size}` entries, `{remembered}` of this log were verified before: it is an older export, or the log was cut off",
        folder.display()
    )]
    RememberedMore {
        /// The folder.
        folder: PathBuf,
        /// Entries in the export.
        size: u64,
        /// Entries that were verified before.
        remembered: u64,
    },
    /// The export is not of the log that was verified before.
    #[error(
        "the first `{size}` entries of the export in `{}` are not those that were verified before: the log was forked or rewritten; keep both as evidence",
        folder.display()
    )]
    RememberedDiffers {
        /// The folder.
        folder: PathBuf,
        /// Entries that were verified before.
        size: u64,
    },
    /// A file has a name that the export would write, and is not of an export that could go on.
    #[error("`{}` is in the way and was not overwritten: move it away, or export to another folder", path.display())]
    FileInTheWay {
        /// The file.
        path: PathBuf,
        /// Why it may not be replaced.
        source: NotOurs,
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
    /// There is no folder.
    #[error("there is no folder `{}`: name the folder of an export, or make one with `ledger export`", folder.display())]
    FolderMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds nothing of an export.
    #[error("`{}` holds no export: name the folder of one, or make one there with `ledger export`", folder.display())]
    ExportMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds an export that was not finished.
    #[error("the export in `{}` was never finished: run it again, it goes on where it stopped", folder.display())]
    ExportUnfinished {
        /// The folder.
        folder: PathBuf,
    },
    /// There are parts, and no manifest.
    #[error("`{}` holds parts without a manifest: it was removed; bring it back, or export to another folder", folder.display())]
    ManifestMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest's checkpoint is malformed, of another log, or not signed by the pinned key.
    #[error("the checkpoint of the export in `{}` is not to be believed: pin the key of its log, or export again", folder.display())]
    ManifestCheckpoint {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: checkpoint::Error,
    },
    /// Nobody has signed the manifest.
    #[error("the manifest in `{}` has no `manifest.sig` beside it: bring it back, or export to another folder", folder.display())]
    SignatureMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest is not what its exporter has signed.
    #[error(
        "the manifest in `{}` is not as its exporter signed it: bring back both files as they were written, or export to another folder",
        folder.display()
    )]
    SignatureInvalid {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with the signature.
        source: SignatureError,
    },
    /// Somebody else made the export.
    #[error(
        "the export in `{}` was made by `{found}`, pinned is `{expected}`: ask that exporter, or pin this one if you trust it",
        folder.display()
    )]
    OtherExporter {
        /// The folder.
        folder: PathBuf,
        /// Key of the exporter that has signed.
        found: String,
        /// The pinned key.
        expected: String,
    },
    /// The parts' entries are not those of the manifest's checkpoint.
    #[error("the export in `{}` does not lead to its signed checkpoint: its parts are not of this log; export to another folder", folder.display())]
    ExportDeparts {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        source: Finding,
    },
    /// The manifest is not JSON of its shape.
    #[error("the manifest in `{}` is not one of this release: it was changed, or is not of an export, or of another release", folder.display())]
    ManifestMalformed {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The manifest has another layout.
    #[error(
        "the manifest in `{}` has layout `{found}`, this release reads `{FORMAT_VERSION}`: read it with the release that wrote it, or export to another folder",
        folder.display()
    )]
    ManifestLayout {
        /// The folder.
        folder: PathBuf,
        /// Its layout.
        found: u32,
    },
    /// The manifest is not written in its one canonical form.
    #[error("the manifest in `{}` is not in canonical form: it was changed after it was written; export again", folder.display())]
    ManifestNotCanonical {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest says one thing, and its checkpoint or its parts another.
    #[error("`{field}` of the manifest in `{}` differs from what the export holds: it was changed; export to another folder", folder.display())]
    ManifestDiffers {
        /// The folder.
        folder: PathBuf,
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
    /// The rows with contents are not those of the part beside them.
    #[error("contents `{}`, entry `{index}`: {what}; export again", path.display())]
    ContentsDiffer {
        /// The file.
        path: PathBuf,
        /// Index of the entry.
        index: u64,
        /// What differs.
        what: &'static str,
    },
    /// The ledger gave no sealed content with an entry that is not erased.
    #[error(
        "entry `{index}` came without its sealed content: the ledger keeps contents in clear or is of an older release; export with `--no-contents`"
    )]
    SealedMissing {
        /// Index of the entry.
        index: u64,
    },
    /// The size of a part is not one that a tree can be cut into.
    #[error("`{0}` is no size of a part: choose a power of two from 1 to `{PART_ENTRIES}`")]
    PartSize(u64),
    /// A task of the export ended early.
    #[error("the export was interrupted: run it again, it goes on where it stopped")]
    Interrupted,
}

impl Error {
    /// Tells whether there is no export to speak of, neither a whole nor a damaged one.
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::FolderMissing { .. } | Self::ExportMissing { .. })
    }

    /// Tells whether the log or the export is to blame, not the network, the disk or the caller.
    pub const fn is_unverified(&self) -> bool {
        match self {
            Self::Checkpoint(_)
            | Self::Log(_)
            | Self::EntryMalformed { .. }
            | Self::LogShrank { .. }
            | Self::PreviousDiffers { .. }
            | Self::RememberedMore { .. }
            | Self::RememberedDiffers { .. }
            | Self::Parquet { .. }
            | Self::ExportUnfinished { .. }
            | Self::ManifestMissing { .. }
            | Self::ManifestCheckpoint { .. }
            | Self::ManifestMalformed { .. }
            | Self::ManifestLayout { .. }
            | Self::ManifestNotCanonical { .. }
            | Self::ManifestDiffers { .. }
            | Self::SignatureMissing { .. }
            | Self::SignatureInvalid { .. }
            | Self::OtherExporter { .. }
            | Self::ExportDeparts { .. }
            | Self::PartMissing { .. }
            | Self::PartStray { .. }
            | Self::PartChanged { .. }
            | Self::PartUnverified { .. }
            | Self::ColumnDiffers { .. }
            | Self::ContentsDiffer { .. } => true,
            Self::Ledger { .. }
            | Self::NoCheckpoint
            | Self::EntryMissing { .. }
            | Self::SealedMissing { .. }
            | Self::OtherLog { .. }
            | Self::FileInTheWay { .. }
            | Self::File { .. }
            | Self::FolderMissing { .. }
            | Self::ExportMissing { .. }
            | Self::PartSize(_)
            | Self::Interrupted => false,
        }
    }

    pub(super) fn manifest_differs(folder: &Path, field: &'static str) -> Self {
        Self::ManifestDiffers { folder: folder.to_owned(), field }
    }

    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(PolarsError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { path, source }
    }

    /// A failed write is the disk's fault, not the part's: what is written is well formed, and polars hands on in words what the operating
    /// system said.
    pub(super) fn writing(path: &Path) -> impl FnOnce(PolarsError) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source: io::Error::other(source.to_string()) }
    }

    pub(super) fn ledger(rpc: &'static str) -> impl FnOnce(tonic::Status) -> Self {
        move |status| Self::Ledger { rpc, source: Box::new(status) }
    }
}
