//! What an export consists of: the manifest, and the journal of an export that is not finished.

use std::path::{Path, PathBuf};

use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::atomic_file::{read_file, remove_file, write_file};
use super::error::Error;

/// Version of the layout of manifest and parts.
pub const FORMAT_VERSION: u32 = 1;

const MANIFEST_FILE: &str = "manifest.json";
const JOURNAL_FILE: &str = "journal.json";

/// What a finished export consists of. Written last, in canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the layout: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Identity of the log.
    pub origin: String,
    /// Entries in the export: those with indices from 0 up to, not including, this.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The signed checkpoint that says so: a C2SP signed note.
    pub checkpoint: String,
    /// The parts, in order of their entries.
    pub parts: Vec<Part>,
}

/// One Parquet file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Name of the file in the export's folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// Length of the file.
    pub bytes: u64,
    /// Index of the first entry in it.
    pub first_index: u64,
    /// Entries in it.
    pub rows: u64,
    /// Root of the subtree over its entries.
    pub root: Hash,
}

/// The parts that an unfinished export has written so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// Version of the layout: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Identity of the log.
    pub origin: String,
    /// The full parts, in order.
    pub parts: Vec<Part>,
}

impl Manifest {
    /// Reads the manifest of an export without believing it.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not of this layout, or not in its canonical form.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let missing = || Error::ManifestMissing { folder: folder.to_owned() };
        let bytes = read_file(&folder.join(MANIFEST_FILE))?.ok_or_else(missing)?;
        let malformed = |source| Error::ManifestMalformed { folder: folder.to_owned(), source };
        let manifest: Self = serde_json::from_slice(&bytes).map_err(malformed)?;
        if canonical(&manifest).as_bytes() != bytes {
            return Err(Error::ManifestNotCanonical { folder: folder.to_owned() });
        }
        if manifest.format_version != FORMAT_VERSION {
            return Err(Error::ManifestDiffers { field: "format_version" });
        }
        Ok(manifest)
    }

    /// Returns the canonical JSON of the manifest: the bytes of its file.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// Ends an export: from here on it is complete.
    ///
    /// A crash before the rename leaves the manifest of before, which no longer fits once a part of its tail was rewritten, and
    /// the journal; one after it leaves a complete export and a journal that says less. Running the export again mends both.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(MANIFEST_FILE);
        write_file(&path, self.to_json().as_bytes()).map_err(Error::file(&path))?;
        remove_file(&folder.join(JOURNAL_FILE))
    }
}

impl Part {
    /// Returns where the part lies.
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(&self.file)
    }
}

impl Journal {
    /// Reads what an earlier run has left: its journal, else the full parts of its manifest. None when there is neither, or
    /// when what is there cannot be read; then everything is exported anew.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, Error> {
        if let Some(bytes) = read_file(&folder.join(JOURNAL_FILE))?
            && let Ok(journal) = serde_json::from_slice::<Self>(&bytes)
        {
            return Ok(Some(journal).filter(|journal| journal.format_version == FORMAT_VERSION));
        }
        match Manifest::read(folder) {
            Ok(Manifest { format_version, origin, parts, .. }) => Ok(Some(Self { format_version, origin, parts })),
            Err(Error::File { path, source }) => Err(Error::File { path, source }),
            Err(_) => Ok(None),
        }
    }

    /// Notes the parts written so far. A crash before this leaves the last part unknown; it is written again.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(JOURNAL_FILE);
        write_file(&path, canonical(self).as_bytes()).map_err(Error::file(&path))
    }
}

fn canonical<T: Serialize>(value: &T) -> String {
    let value: Value = serde_json::to_value(value).expect("invariant: a manifest has text keys only");
    ledger_format::canonicalize(&value).expect("invariant: sizes of a log stay below 2^53")
}
