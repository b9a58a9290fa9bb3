//! What already lies in the folder of an export, and whether the export may go on there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger_format::VerifyingKeys;

use super::error::Error;
use super::export_key::ExportKey;
use super::journal::{JOURNAL_FILE, Journal, JournalError};
use super::manifest::{MANIFEST_FILE, Manifest, Part, Previous, SIGNATURE_FILE};
use super::part_file::is_of;
use super::part_name::{is_part_name, part_names};
use super::private_file::{DRAFT_SUFFIX, read_file};

/// The export that stands in a folder: nothing, an unfinished one, or a finished one, always of the same log.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// The finished export, when its signature holds.
    pub manifest: Option<Manifest>,
    /// The manifest that the next one names as the one before.
    pub previous: Option<Previous>,
    /// Parts that this exporter has written and signed for; their bytes are still to be checked.
    pub parts: Vec<Part>,
}

/// Why a file with a name of ours may not be replaced.
#[derive(Debug, thiserror::Error)]
pub enum NotOurs {
    /// Nothing beside it says that there is an export.
    #[error("the folder holds neither a manifest nor a journal of an export that it would belong to")]
    NoExport,
    /// It is no manifest of this log.
    #[error("it is no manifest that this export can continue")]
    Manifest(#[source] Box<Error>),
    /// It is no journal of this exporter.
    #[error("it is no journal that this export can continue")]
    Journal(#[source] JournalError),
    /// It is no part of an export of this log.
    #[error("it is no part of an export of this log")]
    Part,
    /// It is a folder or something else that holds no bytes.
    #[error("it is no file")]
    NoFile,
}

/// The log and the exporter whose export may stand in a folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner<'a> {
    /// Identity of the log.
    pub origin: &'a str,
    /// The log's pinned keys.
    pub log_keys: &'a VerifyingKeys,
    /// The exporter's key.
    pub export_key: &'a ExportKey,
}

impl Standing {
    /// Looks through a folder without changing anything. Files with other names than ours do not matter.
    ///
    /// Everything that the export would replace or remove is looked at: what is not of an export of the same log under the same
    /// key is refused by its name.
    pub(super) fn find(folder: &Path, owner: Owner<'_>) -> Result<Self, Error> {
        let names = names_of_ours(folder)?;
        if let Some(name) = names.iter().find(|name| !folder.join(name).is_file()) {
            return Err(in_the_way(folder, name, NotOurs::NoFile));
        }
        let journal = standing_journal(folder, owner)?;
        let manifest = standing_manifest(folder, owner, journal.is_some())?;
        if journal.is_none() && manifest.is_none() {
            return match names.iter().find(|name| !is_torn_claim(folder, name, owner)) {
                Some(name) => Err(in_the_way(folder, name, NotOurs::NoExport)),
                None => Ok(Self::default()),
            };
        }
        let lists = [journal.as_ref().map(|journal| &journal.parts), manifest.as_ref().map(|manifest| &manifest.parts)];
        let listed = lists.into_iter().flatten().flatten().flat_map(Part::files).collect();
        refuse_foreign_parts(folder, &listed, owner.origin)?;

        let by_us = owner.export_key.verifying_key().to_string();
        let parts = match (&journal, &manifest) {
            (Some(journal), _) => journal.parts.clone(),
            (None, Some(manifest)) if manifest.exporter == by_us => manifest.parts.clone(),
            (None, _) => Vec::new(),
        };
        // A finished export is newer than whatever an unfinished run noted before it.
        let previous = match &manifest {
            Some(manifest) => Some(Previous::of(manifest)),
            None => journal.and_then(|journal| journal.previous),
        };
        Ok(Self { manifest, previous, parts })
    }
}

impl Standing {
    /// Tells whether contents stand beside the parts.
    pub(super) fn has_contents(&self) -> bool {
        let is_finished_with = self.manifest.as_ref().map(|manifest| manifest.has_contents);
        is_finished_with.unwrap_or_else(|| self.parts.iter().any(|part| part.contents.is_some()))
    }
}

/// Refuses part files that are not listed, unless they are marked as parts of an export of this log.
pub(super) fn refuse_foreign_parts(folder: &Path, listed: &BTreeSet<&str>, origin: &str) -> Result<(), Error> {
    for name in part_names(folder)?.iter().filter(|name| !listed.contains(name.as_str())) {
        if !is_of(&folder.join(name), origin)? {
            return Err(in_the_way(folder, name, NotOurs::Part));
        }
    }
    Ok(())
}

fn standing_journal(folder: &Path, owner: Owner<'_>) -> Result<Option<Journal>, Error> {
    let Some(journal) = Journal::read(folder, owner.export_key.signing_key())? else { return Ok(None) };
    let journal = journal.map_err(|source| in_the_way(folder, JOURNAL_FILE, NotOurs::Journal(source)))?;
    same_log(folder, &journal.origin, owner)?;
    Ok(Some(journal))
}

/// Reads the manifest, when its signature holds. Without one the journal must tell why: then the last run ended between the two.
fn standing_manifest(folder: &Path, owner: Owner<'_>, has_journal: bool) -> Result<Option<Manifest>, Error> {
    let refused = |error| in_the_way(folder, MANIFEST_FILE, NotOurs::Manifest(Box::new(error)));
    if read_file(&folder.join(MANIFEST_FILE))?.is_none() {
        return Ok(None);
    }
    let manifest = Manifest::read(folder).map_err(refused)?;
    same_log(folder, &manifest.origin, owner)?;
    manifest.check_checkpoint(folder, owner.log_keys).map_err(refused)?;
    match manifest.check_signature(folder) {
        Ok(_) => Ok(Some(manifest)),
        Err(Error::File { path, source }) => Err(Error::File { path, source }),
        Err(_) if has_journal => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn same_log(folder: &Path, found: &str, owner: Owner<'_>) -> Result<(), Error> {
    if found == owner.origin {
        return Ok(());
    }
    let (found, expected) = (found.to_owned(), owner.origin.to_owned());
    Err(Error::OtherLog { folder: folder.to_owned(), found, expected })
}

/// Tells whether a file is what a crash left of the very first journal, which claims the folder: a beginning of its bytes.
fn is_torn_claim(folder: &Path, name: &str, owner: Owner<'_>) -> bool {
    let claim = Journal::new(owner.origin, None, &[]).to_bytes(owner.export_key.signing_key());
    let is_draft = name.strip_suffix(DRAFT_SUFFIX) == Some(JOURNAL_FILE);
    is_draft && fs::read(folder.join(name)).is_ok_and(|bytes| claim.as_bytes().starts_with(&bytes))
}

/// Lists what has a name that an export uses, sorted; nothing when there is no folder.
fn names_of_ours(folder: &Path) -> Result<Vec<String>, Error> {
    let items = match fs::read_dir(folder) {
        Ok(items) => items,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::file(folder)(error)),
    };
    let mut names = Vec::new();
    for item in items {
        let name = item.map_err(Error::file(folder))?.file_name().to_string_lossy().into_owned();
        let whole = name.strip_suffix(DRAFT_SUFFIX).unwrap_or(&name);
        if [MANIFEST_FILE, SIGNATURE_FILE, JOURNAL_FILE].contains(&whole) || is_part_name(whole) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn in_the_way(folder: &Path, name: &str, source: NotOurs) -> Error {
    let path: PathBuf = folder.join(name);
    Error::FileInTheWay { path, source }
}

#[cfg(test)]
mod tests {
    use ledger_format::SigningKey;

    use super::*;
    use crate::export::part_file::{PartDraft, Place};

    const ORIGIN: &str = "countersign.local/workspaces/demo";

    fn find(folder: &Path) -> Result<Standing, Error> {
        let log_keys =
            SigningKey::from_seed("countersign.local", &[7; 32]).expect("a key").verifying_key().clone().into();
        Standing::find(folder, Owner { origin: ORIGIN, log_keys: &log_keys, export_key: &ExportKey::new(&[3; 32]) })
    }

    fn write_part(folder: &Path, number: usize, origin: &str) {
        let place = Place { folder, number, origin, room: 8, has_contents: true };
        PartDraft::starting_at(0, place).write().expect("written");
    }

    #[test]
    fn a_part_that_was_not_noted_yet_is_ours_under_our_claim_and_by_its_mark_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = ExportKey::new(&[3; 32]);
        Journal::new(ORIGIN, None, &[]).write(folder.path(), key.signing_key()).expect("claimed");
        write_part(folder.path(), 0, ORIGIN);
        assert!(find(folder.path()).expect("goes on").parts.is_empty());

        write_part(folder.path(), 1, "countersign.local/workspaces/else");
        let refused = find(folder.path()).expect_err("a part of another log");
        assert!(
            matches!(&refused, Error::FileInTheWay { path, source: NotOurs::Part } if path.ends_with("contents-000001.parquet"))
        );
    }

    #[test]
    fn a_torn_claim_is_ours_and_any_other_draft_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let draft = folder.path().join("journal.json.new");
        let claim = Journal::new(ORIGIN, None, &[]).to_bytes(ExportKey::new(&[3; 32]).signing_key());
        for end in [0, 1, claim.len() / 2, claim.len()] {
            fs::write(&draft, &claim[..end]).expect("written");
            find(folder.path()).expect("a claim of ours, torn or whole");
        }
        fs::write(&draft, "notes").expect("written");
        assert!(matches!(find(folder.path()), Err(Error::FileInTheWay { source: NotOurs::NoExport, .. })));
    }

    #[test]
    fn no_folder_and_an_empty_one_are_free() {
        let folder = tempfile::tempdir().expect("a folder");
        for free in [folder.path().to_owned(), folder.path().join("deeper")] {
            let standing = find(&free).expect("free");
            assert!(standing.manifest.is_none() && standing.previous.is_none() && standing.parts.is_empty());
        }
    }
}
