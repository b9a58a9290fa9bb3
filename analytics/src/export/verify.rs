//! Verifying an export with nothing but its folder and the keys that it must be signed by.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_format::{LogVerifier, PinnedKeys, VerifyingKey, VerifyingKeys};

use super::contents::{OpenContent, OpenedContents, verify_contents};
use super::erasures::Erasures;
use super::error::Error;
use super::leaves::verify_leaves;
use super::manifest::Manifest;
use super::part_file::PartBytes;
use super::part_name::{Family, strays};
use super::remembered::Remembered;
use super::run::Progress;

/// The keys that an export must be signed by, learnt before and not from the export.
#[derive(Clone, Copy)]
pub struct Pinned<'k> {
    log: &'k dyn PinnedKeys,
    exporter: Option<&'k VerifyingKey>,
    remembered: Option<Remembered>,
    content_keys: Option<&'k dyn OpenContent>,
}

/// An export that was found whole. There is no other way to one than [`verify`]; reports are made from nothing else.
#[derive(Debug, Clone)]
pub struct VerifiedExport {
    folder: PathBuf,
    manifest: Manifest,
    exporter: VerifyingKey,
    is_exporter_pinned: bool,
    last_appended_at_us: Option<i64>,
    erasures: Arc<Erasures>,
    opened_contents: Option<OpenedContents>,
}

impl<'k> Pinned<'k> {
    /// Pins the log's keys alone: proves the leaves, and shows who answers for the columns.
    pub const fn log(keys: &'k dyn PinnedKeys) -> Self {
        Self { log: keys, exporter: None, remembered: None, content_keys: None }
    }

    /// Pins the exporter's key as well: an export by anybody else is refused.
    #[must_use]
    pub const fn with_exporter(self, key: &'k VerifyingKey) -> Self {
        Self { exporter: Some(key), ..self }
    }

    /// Opens contents and hashes them again, as far as their keys are there.
    #[must_use]
    pub fn with_content_keys(self, content_keys: &'k dyn OpenContent) -> Self {
        Self { content_keys: Some(content_keys), ..self }
    }

    /// Holds the export to the checkpoint that the caller remembers of this log: a shorter or another log is refused.
    #[must_use]
    pub const fn with_remembered(self, remembered: Remembered) -> Self {
        Self { remembered: Some(remembered), ..self }
    }
}

impl<'k> From<&'k VerifyingKeys> for Pinned<'k> {
    fn from(log: &'k VerifyingKeys) -> Self {
        Self::log(log)
    }
}

impl<'k> From<&'k VerifyingKey> for Pinned<'k> {
    fn from(log: &'k VerifyingKey) -> Self {
        Self::log(log)
    }
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

    /// Returns the key of whoever made the export: their signature over the manifest verifies.
    pub const fn exporter(&self) -> &VerifyingKey {
        &self.exporter
    }

    /// Tells whether that key was pinned. If not, it is known from the manifest alone, and anybody can draw a key.
    pub const fn is_exporter_pinned(&self) -> bool {
        self.is_exporter_pinned
    }

    /// Returns how many contents were opened and hashed again; none when no keys were at hand, or contents were left out.
    pub const fn opened_contents(&self) -> Option<OpenedContents> {
        self.opened_contents
    }

    /// Returns when the last entry was appended, in microseconds since the Unix epoch, UTC; none for an empty log.
    pub const fn last_appended_at_us(&self) -> Option<i64> {
        self.last_appended_at_us
    }

    /// Returns what its entries say was erased.
    pub(crate) const fn erasures(&self) -> &Arc<Erasures> {
        &self.erasures
    }
}

/// Verifies an export offline: the checkpoint's signature, the manifest's signature, every part's bytes, every leaf, the columns
/// that repeat the leaves, that the leaves lead to the signed root, and on the way past the root of the export before, and that
/// sealed contents stand beside their entries.
///
/// What the columns say of contents is bound by the parts' SHA-256 in the manifest, and the manifest by the exporter's signature.
///
/// # Errors
///
/// Names the first thing found wrong; [`Error::is_missing`] tells when there is no export at all.
pub fn verify<'k>(
    folder: &Path,
    pinned: impl Into<Pinned<'k>>,
    mut on_progress: impl FnMut(Progress),
) -> Result<VerifiedExport, Error> {
    let pinned = pinned.into();
    let manifest = Manifest::read(folder)?;
    let checkpoint = manifest.check_checkpoint(folder, pinned.log)?;
    let exporter = manifest.check_signature(folder)?;
    if let Some(expected) = pinned.exporter.filter(|&expected| *expected != exporter) {
        let (found, expected) = (exporter.to_string(), expected.to_string());
        return Err(Error::OtherExporter { folder: folder.to_owned(), found, expected });
    }
    let mut verifier = LogVerifier::new(&manifest.origin);
    let previous = manifest.previous.as_ref();
    if previous.is_some_and(|previous| previous.size > manifest.size || !previous.agrees(&verifier)) {
        return Err(Error::manifest_differs(folder, "previous"));
    }
    if !manifest.has_even_parts() {
        return Err(Error::manifest_differs(folder, "rows"));
    }
    let remembered = pinned.remembered.as_ref();
    if let Some(&Remembered { size, .. }) = remembered.filter(|remembered| remembered.size > manifest.size) {
        return Err(Error::RememberedMore { folder: folder.to_owned(), size: manifest.size, remembered: size });
    }
    let mut last_appended_at_us = None;
    let mut erasures = Erasures::default();
    let is_opened = pinned.content_keys.is_some() && manifest.has_contents;
    let mut opened_contents = is_opened.then(OpenedContents::default);
    for (number, part) in manifest.parts.iter().enumerate() {
        if part.file != Family::Parts.name_of(number) {
            return Err(Error::manifest_differs(folder, "file"));
        }
        if part.first_index != verifier.size() {
            return Err(Error::manifest_differs(folder, "first_index"));
        }
        let bytes = PartBytes::read(folder, part)?;
        let last = verify_leaves(folder, part, &bytes, &mut verifier, previous, remembered, &mut erasures)?;
        last_appended_at_us = last.or(last_appended_at_us);
        if part.contents.is_some() != manifest.has_contents {
            return Err(Error::manifest_differs(folder, "has_contents"));
        }
        verify_contents(folder, number, part, &bytes, pinned.content_keys.zip(opened_contents.as_mut()))?;
        on_progress(Progress { entries: verifier.size(), size: manifest.size });
    }
    if let Some(path) = strays(folder, &manifest.parts)?.into_iter().next() {
        return Err(Error::PartStray { path });
    }
    let departs = |source| Error::ExportDeparts { folder: folder.to_owned(), source };
    verifier.finish(&checkpoint).map_err(departs)?;
    let is_exporter_pinned = pinned.exporter.is_some();
    Ok(VerifiedExport {
        folder: folder.to_owned(),
        manifest,
        exporter,
        is_exporter_pinned,
        last_appended_at_us,
        erasures: Arc::new(erasures),
        opened_contents,
    })
}
