//! Verifying an export with nothing but its folder and the log's key.

use std::path::{Path, PathBuf};

use ledger_format::{LogVerifier, SignedCheckpoint, VerifyingKey};

use super::error::Error;
use super::leaves::verify_leaves;
use super::manifest::Manifest;
use super::part_file::{PartBytes, name_of, strays};
use super::run::Progress;

/// An export that was found whole. There is no other way to one than [`verify`]; reports are made from nothing else.
#[derive(Debug, Clone)]
pub struct VerifiedExport {
    folder: PathBuf,
    manifest: Manifest,
    last_appended_at_us: Option<i64>,
}

impl VerifiedExport {
    /// Returns the folder it lies in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what it consists of.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns when the last entry was appended, in microseconds since the Unix epoch, UTC; none for an empty log.
    pub const fn last_appended_at_us(&self) -> Option<i64> {
        self.last_appended_at_us
    }
}

/// Verifies an export offline: the checkpoint's signature, every part's bytes, every leaf, the columns that repeat the leaves,
/// and that the leaves lead to the signed root.
///
/// What the columns say of contents is bound by the parts' SHA-256 in the manifest; contents themselves are not in an export.
///
/// # Errors
///
/// Names the first thing found wrong.
pub fn verify(
    folder: &Path,
    key: &VerifyingKey,
    mut on_progress: impl FnMut(Progress),
) -> Result<VerifiedExport, Error> {
    let manifest = Manifest::read(folder)?;
    let signed = SignedCheckpoint::parse(&manifest.checkpoint).map_err(Error::Checkpoint)?;
    let checkpoint = signed.verify(key, &manifest.origin).map_err(Error::Checkpoint)?;
    if checkpoint.size() != manifest.size {
        return Err(Error::ManifestDiffers { field: "size" });
    }
    if checkpoint.root() != manifest.root {
        return Err(Error::ManifestDiffers { field: "root" });
    }
    let mut verifier = LogVerifier::new(&manifest.origin);
    let mut last_appended_at_us = None;
    for (number, part) in manifest.parts.iter().enumerate() {
        if part.file != name_of(number) {
            return Err(Error::ManifestDiffers { field: "file" });
        }
        if part.first_index != verifier.size() {
            return Err(Error::ManifestDiffers { field: "first_index" });
        }
        let bytes = PartBytes::read(folder, part)?;
        last_appended_at_us = verify_leaves(folder, part, &bytes, &mut verifier)?.or(last_appended_at_us);
        on_progress(Progress { entries: verifier.size(), size: manifest.size });
    }
    if let Some(path) = strays(folder, manifest.parts.len())?.into_iter().next() {
        return Err(Error::PartStray { path });
    }
    verifier.finish(checkpoint).map_err(Error::Log)?;
    Ok(VerifiedExport { folder: folder.to_owned(), manifest, last_appended_at_us })
}
