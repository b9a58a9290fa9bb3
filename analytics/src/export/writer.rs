//! Takes entries in order, checks them, and writes what an export consists of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::ledger::v1::Entry;
use ledger_format::{Checkpoint, Content, EntryParts, Hash, Leaf, LogVerifier, Salt, SignedCheckpoint};

use super::before::payload_before;
use super::contents_file::Sealed;
use super::disguise::Disguise;
use super::edit::{Edited, PayloadKeeper, generalize, parse_payload};
use super::error::Error;
use super::event::{Reading, row_of};
use super::export_key::ExportKey;
use super::journal::Journal;
use super::kept::Kept;
use super::manifest::{FORMAT_VERSION, Manifest, Part, Previous};
use super::part_file::{PartDraft, Place};
use super::part_name::strays;
use super::part_size::PartSize;
use super::private_file::make_folder;
use super::run::{Contents, ExportRequest};
use super::source::{Source, payload_in};
use super::standing::{Owner, Standing, refuse_foreign_parts};

/// Takes entries in order and writes a part whenever one is full.
pub(super) struct Writer {
    folder: PathBuf,
    origin: String,
    key: ExportKey,
    disguise: Disguise,
    part_size: PartSize,
    has_contents: bool,
    /// The finished export that stands in the folder.
    standing: Option<Manifest>,
    previous: Option<Previous>,
    /// Whether the journal of this run has been written.
    has_claimed: bool,
    verifier: LogVerifier,
    payloads: PayloadKeeper,
    /// The full parts.
    parts: Vec<Part>,
    draft: PartDraft,
}

impl Writer {
    /// Opens the folder, changing nothing in it yet.
    pub(super) async fn open(request: &ExportRequest) -> Result<Self, Error> {
        let request = request.clone();
        blocking(move || {
            let ExportRequest { folder, origin, export_key: key, part_size, verifying_keys, contents, .. } = request;
            let owner = Owner { origin: &origin, log_keys: &verifying_keys, export_key: &key };
            let standing = Standing::find(&folder, owner)?;
            let has_contents = match contents {
                Contents::Included => true,
                Contents::LeftOut => false,
                Contents::AsTheyStand => standing.has_contents(),
            };
            let Kept { parts, tail, verifier } = Kept::find(&folder, &origin, part_size, has_contents, &standing)?;
            let room = part_size.entries();
            let place = Place { folder: &folder, number: parts.len(), origin: &origin, room, has_contents };
            let draft = match tail {
                Some(tail) => PartDraft::resume(&tail, place)?,
                None => PartDraft::starting_at(verifier.size(), place),
            };
            Ok(Self {
                draft,
                payloads: PayloadKeeper::new(),
                standing: standing.manifest,
                previous: standing.previous,
                has_claimed: false,
                disguise: Disguise::new(key.clone()),
                folder,
                origin,
                key,
                part_size,
                has_contents,
                verifier,
                parts,
            })
        })
        .await
    }

    /// Returns the number of entries that are in the export so far.
    pub(super) const fn size(&self) -> u64 {
        self.verifier.size()
    }

    /// Returns the most entries that were ever exported here, as far as the folder tells.
    pub(super) fn exported(&self) -> u64 {
        self.size().max(self.previous.map_or(0, |previous| previous.size))
    }

    /// Returns the export before, which this one continues.
    pub(super) const fn previous(&self) -> Option<&Previous> {
        self.previous.as_ref()
    }

    /// Returns the folder that is written to.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells whether entries have to come with their sealed contents.
    pub(super) const fn has_contents(&self) -> bool {
        self.has_contents
    }

    /// Takes the next entry.
    pub(super) async fn take(&mut self, source: &mut Source, entry: Entry) -> Result<(), Error> {
        let index = self.verifier.size();
        let leaf_hash = Hash::try_from(entry.leaf_hash.as_slice()).map_err(|source| Error::EntryMalformed {
            index,
            field: "leaf_hash",
            source,
        })?;
        let content = content_of(&entry, index)?;
        let parts = EntryParts {
            // A negative index can stand in no log: it becomes one that is never next.
            index: u64::try_from(entry.index).unwrap_or(u64::MAX),
            leaf: &entry.leaf,
            leaf_hash,
            columns: &[],
            content,
        };
        self.verifier.entry_with(parts, |subtree, hash| self.draft.note(subtree, hash)).map_err(Error::Log)?;
        if let Some(previous) = self.previous.filter(|previous| !previous.agrees(&self.verifier)) {
            return Err(Error::PreviousDiffers { folder: self.folder.clone(), size: previous.size });
        }
        let leaf = Leaf::decode(&entry.leaf).expect("invariant: the verifier has decoded this leaf");
        let (mut reading, sealed) = match content {
            Content::Kept { bytes, .. } => (Reading::of(&leaf, bytes), self.sealed_of(&entry, index)?),
            Content::Erased => (Reading::Erased, Sealed::Erased),
        };
        let edited = self.edits_of(source, &leaf, &reading).await?;
        if self.draft.has_contents_before() {
            self.claim().await?;
            self.draft.take_up_contents()?;
        }
        let row = row_of(index, &entry.leaf, &leaf_hash, &leaf, &reading, &edited, &mut self.disguise);
        self.draft.push(row, sealed);
        if let Reading::Known(event) = &mut reading
            && let Some(payload) = event.event.take().and_then(payload_in)
        {
            self.payloads.keep(payload);
        }
        if self.draft.entries() == self.part_size.entries() {
            self.write_part().await
        } else if self.draft.has_full_group() {
            self.claim().await?;
            self.draft.write_group()
        } else {
            Ok(())
        }
    }

    fn sealed_of<'e>(&self, entry: &'e Entry, index: u64) -> Result<Sealed<'e>, Error> {
        if self.has_contents && (entry.sealed.is_empty() || entry.content_key.is_empty()) {
            return Err(Error::SealedMissing { index });
        }
        Ok(Sealed::Kept { content_key: &entry.content_key, bytes: &entry.sealed })
    }

    async fn edits_of(&mut self, source: &mut Source, leaf: &Leaf<&str>, reading: &Reading) -> Result<Edited, Error> {
        let Reading::Known(event) = reading else { return Ok(Edited::default()) };
        let Some(Event::CandidateEdited(edited)) = &event.event else { return Ok(Edited::default()) };
        let before = payload_before(source, &mut self.payloads, leaf, edited).await?;
        let after = edited.payload.as_ref().and_then(|payload| parse_payload(&payload.canonical_json));
        Ok(generalize(before.as_ref(), after.as_ref(), &edited.patch_json, &self.key))
    }

    /// Writes the part that is full, then notes it. A crash between the two leaves a part that the next run writes again.
    async fn write_part(&mut self) -> Result<(), Error> {
        self.claim().await?;
        let draft = self.next_draft(self.parts.len() + 1);
        self.parts.push(blocking(move || draft.write()).await?);
        self.note().await
    }

    /// Starts the `number`th part behind what was read, and gives the one before it.
    fn next_draft(&mut self, number: usize) -> PartDraft {
        let (folder, origin, room) = (self.folder.as_path(), self.origin.as_str(), self.part_size.entries());
        let place = Place { folder, number, origin, room, has_contents: self.has_contents };
        let next = PartDraft::starting_at(self.verifier.size(), place);
        std::mem::replace(&mut self.draft, next)
    }

    /// Claims the folder before the first thing is written into it.
    ///
    /// A crash before this leaves the folder as it was; one after it a journal, by which the next run knows whose the files are.
    async fn claim(&mut self) -> Result<(), Error> {
        if !self.has_claimed {
            let folder = self.folder.clone();
            blocking(move || make_folder(&folder).map_err(Error::file(&folder))).await?;
            self.note().await?;
            self.has_claimed = true;
        }
        Ok(())
    }

    async fn note(&self) -> Result<(), Error> {
        let journal = Journal::new(&self.origin, self.previous, &self.parts);
        let (folder, key) = (self.folder.clone(), self.key.clone());
        blocking(move || journal.write(&folder, key.signing_key())).await
    }

    /// Writes the last part, which may be short, and ends the export with its manifest, once the entries lead to the checkpoint.
    ///
    /// An export that has nothing new keeps its manifest: the chain grows only when there is something to say.
    pub(super) async fn finish(
        &mut self,
        signed: &SignedCheckpoint,
        checkpoint: &Checkpoint,
    ) -> Result<Manifest, Error> {
        let verified = self.verifier.clone().finish(checkpoint).map_err(Error::Log)?;
        let mut parts = self.parts.clone();
        if let Some(tail) = self.draft.unchanged() {
            parts.push(tail.clone());
        } else if self.draft.entries() > 0 {
            self.claim().await?;
            let draft = self.next_draft(self.parts.len());
            parts.push(blocking(move || draft.write()).await?);
        }
        let next = Manifest {
            format_version: FORMAT_VERSION,
            origin: self.origin.clone(),
            exporter: self.key.verifying_key().to_string(),
            previous: self.previous,
            size: verified.size,
            root: verified.root,
            checkpoint: signed.text().to_owned(),
            has_contents: self.has_contents,
            parts,
        };
        let folder = self.folder.clone();
        if let Some(standing) = self.standing.clone().filter(|standing| is_unchanged(standing, &next)) {
            return blocking(move || tidy(&folder, standing)).await;
        }
        self.claim().await?;
        let key = self.key.clone();
        blocking(move || {
            next.write(&folder, key.signing_key())?;
            tidy(&folder, next)
        })
        .await
    }

    /// Takes up the export that [`Writer::finish`] has just ended, so that it can go on without anything being read again but its
    /// short last part.
    pub(super) async fn go_on(&mut self, manifest: &Manifest) -> Result<(), Error> {
        self.standing = Some(manifest.clone());
        self.previous = Some(Previous::of(manifest));
        self.has_claimed = false;
        let Some(tail) = manifest.parts.get(self.parts.len()).cloned() else { return Ok(()) };
        let (folder, origin, number) = (self.folder.clone(), self.origin.clone(), self.parts.len());
        let (room, has_contents) = (self.part_size.entries(), self.has_contents);
        self.draft = blocking(move || {
            PartDraft::resume(&tail, Place { folder: &folder, number, origin: &origin, room, has_contents })
        })
        .await?;
        Ok(())
    }
}

fn content_of(entry: &Entry, index: u64) -> Result<Content<'_>, Error> {
    if entry.erased || (entry.salt.is_empty() && entry.content.is_empty()) {
        return Ok(Content::Erased);
    }
    let malformed = |source| Error::EntryMalformed { index, field: "salt", source };
    let salt = Salt::try_from(entry.salt.as_slice()).map_err(malformed)?;
    Ok(Content::Kept { salt, bytes: &entry.content })
}

/// Tells whether a manifest says what the one that stands says, the link to the one before apart.
fn is_unchanged(standing: &Manifest, next: &Manifest) -> bool {
    *standing == Manifest { previous: standing.previous, ..next.clone() }
}

/// Removes parts that belong to nothing any more, then the journal. A crash in between leaves a journal, and the next run tidies.
fn tidy(folder: &Path, manifest: Manifest) -> Result<Manifest, Error> {
    let listed: BTreeSet<&str> = manifest.parts.iter().flat_map(Part::files).collect();
    refuse_foreign_parts(folder, &listed, &manifest.origin)?;
    for stray in strays(folder, &manifest.parts)? {
        fs::remove_file(&stray).map_err(Error::file(&stray))?;
    }
    Journal::remove(folder)?;
    Ok(manifest)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted)?
}
