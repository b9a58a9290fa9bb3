//! What a finished export consists of, and who answers for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger_format::{Checkpoint, Hash, LogVerifier, PinnedKeys, SignedCheckpoint, SigningKey, VerifyingKey, sha256};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::Error;
use super::journal::JOURNAL_FILE;
use super::part_name::part_names;
use super::part_size::{PART_ENTRIES, PartSize};
use super::private_file::{read_file, write_file};
use super::signature::Purpose;

/// Version of the layout of manifest and parts.
pub const FORMAT_VERSION: u32 = 1;

/// Name of the manifest's file.
pub(super) const MANIFEST_FILE: &str = "manifest.json";

/// Name of the file with the signature over the manifest.
pub(super) const SIGNATURE_FILE: &str = "manifest.sig";

/// What a finished export consists of. Written last, in canonical JSON, and signed by whoever made the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version of the layout: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Identity of the log.
    pub origin: String,
    /// The verifying key of whoever made the export and signed this manifest.
    pub exporter: String,
    /// The manifest of the export before, which this one continues; none for the first.
    pub previous: Option<Previous>,
    /// Entries in the export: those with indices from 0 up to, not including, this.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The signed checkpoint that says so: a C2SP signed note.
    pub checkpoint: String,
    /// Whether every part has its contents beside it.
    pub has_contents: bool,
    /// The parts, in order of their entries.
    pub parts: Vec<Part>,
}

/// What manifests of every layout have.
#[derive(Debug, Deserialize)]
struct Layout {
    format_version: u32,
}

/// The link from a manifest to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// SHA-256 of the manifest before, in its canonical form.
    pub sha256: Hash,
    /// Entries in the export before.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
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
    /// The sealed contents of its entries; none when contents were left out.
    pub contents: Option<ContentsFile>,
}

/// The Parquet file with the sealed contents of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentsFile {
    /// Name of the file in the export's folder.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// Length of the file.
    pub bytes: u64,
}

impl Manifest {
    /// Reads the manifest of an export without believing it.
    ///
    /// # Errors
    ///
    /// When there is no export ([`Error::is_missing`]), or its manifest is gone, of another layout, or not in its canonical form.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let Some(bytes) = read_file(&folder.join(MANIFEST_FILE))? else { return Err(without_manifest(folder)?) };
        let malformed = |source| Error::ManifestMalformed { folder: folder.to_owned(), source };
        // The layout is looked at first: another one has other members.
        let found = serde_json::from_slice::<Layout>(&bytes).map_err(malformed)?.format_version;
        if found != FORMAT_VERSION {
            return Err(Error::ManifestLayout { folder: folder.to_owned(), found });
        }
        let manifest: Self = serde_json::from_slice(&bytes).map_err(malformed)?;
        if try_canonical(&manifest).is_none_or(|canonical| canonical.as_bytes() != bytes) {
            return Err(Error::ManifestNotCanonical { folder: folder.to_owned() });
        }
        Ok(manifest)
    }

    /// Returns the canonical JSON of the manifest: the bytes of its file.
    pub fn to_json(&self) -> String {
        canonical(self)
    }

    /// Returns the SHA-256 of the manifest's file: what the next manifest names.
    pub fn sha256(&self) -> Hash {
        sha256(&[self.to_json().as_bytes()])
    }

    /// Tells whether this manifest was made as the next one after another.
    ///
    /// Whoever keeps manifests checks the chain with it, link by link; that the log of the one is the beginning of the other's is
    /// checked by [`verify`](super::verify) from the entries.
    pub fn follows(&self, before: &Self) -> bool {
        self.origin == before.origin && self.previous == Some(Previous::of(before))
    }

    /// Checks that the pinned key has signed the manifest's checkpoint, for its origin, size and root.
    pub(super) fn check_checkpoint(&self, folder: &Path, keys: &dyn PinnedKeys) -> Result<Checkpoint, Error> {
        let unbelieved = |source| Error::ManifestCheckpoint { folder: folder.to_owned(), source };
        let signed = SignedCheckpoint::parse(&self.checkpoint).map_err(unbelieved)?;
        let checkpoint = signed.verify(keys, &self.origin).map_err(unbelieved)?;
        if checkpoint.size() != self.size {
            return Err(Error::manifest_differs(folder, "size"));
        }
        if checkpoint.root() != self.root {
            return Err(Error::manifest_differs(folder, "root"));
        }
        Ok(checkpoint.clone())
    }

    /// Checks the signature over the manifest by the exporter that it names; returns that exporter's key.
    pub(super) fn check_signature(&self, folder: &Path) -> Result<VerifyingKey, Error> {
        let exporter: VerifyingKey = self.exporter.parse().map_err(|_| Error::manifest_differs(folder, "exporter"))?;
        let note = read_file(&folder.join(SIGNATURE_FILE))?;
        let note = note.ok_or_else(|| Error::SignatureMissing { folder: folder.to_owned() })?;
        let invalid = |source| Error::SignatureInvalid { folder: folder.to_owned(), source };
        Purpose::Manifest.check(self.to_json().as_bytes(), &note, &exporter).map_err(invalid)?;
        Ok(exporter)
    }

    /// Tells whether every part but the last holds the same power of two of entries, and the last no more: only then is the
    /// root of each full part a node of the log's tree.
    pub(super) fn has_even_parts(&self) -> bool {
        let Some((last, full)) = self.parts.split_last() else { return true };
        let entries = full.first().map_or(PART_ENTRIES, |part| part.rows);
        PartSize::new(entries).is_ok()
            && full.iter().all(|part| part.rows == entries)
            && (1..=entries).contains(&last.rows)
    }

    /// Writes manifest and signature.
    ///
    /// A crash before the first rename leaves the manifest of before, which no longer fits once a part of its tail was rewritten;
    /// one between the two a manifest without its signature. The journal is still there in both cases, and running the export
    /// again mends them.
    pub(super) fn write(&self, folder: &Path, key: &SigningKey) -> Result<(), Error> {
        let (json, path) = (self.to_json(), folder.join(MANIFEST_FILE));
        let note = Purpose::Manifest.sign(json.as_bytes(), key);
        write_file(&path, json.as_bytes()).map_err(Error::file(&path))?;
        let path = folder.join(SIGNATURE_FILE);
        write_file(&path, note.as_bytes()).map_err(Error::file(&path))
    }
}

impl Previous {
    /// Links to a manifest.
    pub(super) fn of(manifest: &Manifest) -> Self {
        Self { sha256: manifest.sha256(), size: manifest.size, root: manifest.root }
    }

    /// Tells whether the log that is being read had this root when it had this size. True while it is elsewhere.
    pub(super) fn agrees(&self, verifier: &LogVerifier) -> bool {
        verifier.root_at(self.size).is_none_or(|root| root == self.root)
    }
}

impl Part {
    /// Returns where the part lies.
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(&self.file)
    }

    /// Returns the names of its files.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let contents = self.contents.as_ref().map(|contents| contents.file.as_str());
        std::iter::once(self.file.as_str()).chain(contents)
    }
}

/// Says why there is no manifest: no folder, no export, one that was not finished, or one whose manifest was taken away.
fn without_manifest(folder: &Path) -> Result<Error, Error> {
    let folder = folder.to_owned();
    match fs::metadata(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Error::FolderMissing { folder }),
        Err(error) => return Err(Error::file(&folder)(error)),
        Ok(_) => {}
    }
    if read_file(&folder.join(JOURNAL_FILE))?.is_some() {
        Ok(Error::ExportUnfinished { folder })
    } else if part_names(&folder)?.is_empty() {
        Ok(Error::ExportMissing { folder })
    } else {
        Ok(Error::ManifestMissing { folder })
    }
}

/// Writes what we made ourselves, or read through [`try_canonical`].
pub(super) fn canonical<T: Serialize>(value: &T) -> String {
    try_canonical(value).expect("invariant: sizes of a log stay below 2^53")
}

/// Writes what somebody else may have made; none when it holds a number that canonical JSON has no digits for.
pub(super) fn try_canonical<T: Serialize>(value: &T) -> Option<String> {
    let value: Value = serde_json::to_value(value).expect("invariant: a manifest has text keys only");
    ledger_format::canonicalize(&value).ok()
}
