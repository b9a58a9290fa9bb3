//! The export itself: from the ledger's stream to verified parts and their manifest.

use std::path::{Path, PathBuf};

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::ledger::v1::Entry;
use countersign_api::name::Workspace;
use ledger_format::{Content, EntryParts, Hash, Leaf, LogVerifier, Salt, VerifyingKey};
use service_kit::grpc::AuthorizedChannel;
use tokio_stream::StreamExt;

use super::before::payload_before;
use super::edit::{Edit, PayloadKeeper, ValueKey, generalize, parse_payload};
use super::error::Error;
use super::event::{Reading, row_of};
use super::kept::Kept;
use super::manifest::{FORMAT_VERSION, Journal, Manifest, Part};
use super::part_file::{PartDraft, strays};
use super::part_size::PartSize;
use super::source::{Source, payload_in};

/// What to export, and where to.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The workspace whose log is exported.
    pub workspace: Workspace,
    /// Identity of that log; a checkpoint of any other is refused.
    pub origin: String,
    /// The log's key, pinned: learnt before, not from the server that is asked.
    pub verifying_key: VerifyingKey,
    /// The key that hashes edited values.
    pub value_key: ValueKey,
    /// The folder of the export; made when missing. An interrupted export in it goes on.
    pub folder: PathBuf,
    /// Waits until the checkpoint covers this many entries; 0 takes the latest there is.
    pub least_size: u64,
    /// Entries in a full part.
    pub part_size: PartSize,
}

/// How far an export or a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries done.
    pub entries: u64,
    /// Entries in all.
    pub size: u64,
}

/// Exports a log into a folder, verifying every entry as it comes, and all of them against the signed checkpoint.
///
/// Full parts of an earlier run that still verify are kept; all else is written. The manifest comes last: before it is there,
/// or when a crash fell between a rewritten tail and it, the folder does not verify, and running again mends it.
///
/// # Errors
///
/// See [`Error`]. What was written so far stays and is taken up by the next run.
pub async fn export(
    channel: AuthorizedChannel,
    request: &ExportRequest,
    mut on_progress: impl FnMut(Progress),
) -> Result<Manifest, Error> {
    let mut source = Source::new(channel, &request.workspace);
    let (signed, checkpoint) = source.checkpoint(request.least_size, &request.verifying_key, &request.origin).await?;
    let size = checkpoint.size();
    let mut writer = Writer::open(request).await?;
    if writer.verifier.size() > size {
        return Err(Error::LogShrank { exported: writer.verifier.size(), signed: size });
    }
    on_progress(Progress { entries: writer.verifier.size(), size });

    let start = writer.verifier.size();
    if start < size {
        let mut stream = source.entries(start, size - start).await?;
        while let Some(response) = stream.next().await {
            for entry in response.map_err(Error::ledger("ReadEntries"))?.entries {
                writer.take(&mut source, entry).await?;
            }
            on_progress(Progress { entries: writer.verifier.size(), size });
        }
    }
    let verified = writer.verifier.clone().finish(&checkpoint).map_err(Error::Log)?;
    let parts = writer.finish().await?;
    let manifest = Manifest {
        format_version: FORMAT_VERSION,
        origin: request.origin.clone(),
        size: verified.size,
        root: verified.root,
        checkpoint: signed.text().to_owned(),
        parts,
    };
    publish(request.folder.clone(), manifest).await
}

/// Takes entries in order and writes a part whenever one is full.
struct Writer {
    folder: PathBuf,
    origin: String,
    value_key: ValueKey,
    part_size: PartSize,
    verifier: LogVerifier,
    payloads: PayloadKeeper,
    parts: Vec<Part>,
    draft: PartDraft,
}

impl Writer {
    async fn open(request: &ExportRequest) -> Result<Self, Error> {
        let ExportRequest { folder, origin, value_key, part_size, .. } = request.clone();
        let (at, of, name) = (folder.clone(), origin.clone(), value_key.name());
        let kept = blocking(move || {
            std::fs::create_dir_all(&at).map_err(Error::file(&at))?;
            Kept::find(&at, &of, part_size, &name)
        })
        .await?;
        let draft = PartDraft::starting_at(kept.verifier.size(), part_size.entries());
        let Kept { parts, verifier } = kept;
        Ok(Self { folder, origin, value_key, part_size, verifier, payloads: PayloadKeeper::new(), parts, draft })
    }

    async fn take(&mut self, source: &mut Source, entry: Entry) -> Result<(), Error> {
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
        self.verifier.entry(parts).map_err(Error::Log)?;
        let leaf = Leaf::decode(&entry.leaf).expect("invariant: the verifier has decoded this leaf");
        let mut reading = match content {
            Content::Kept { bytes, .. } => Reading::of(&leaf, bytes),
            Content::Erased => Reading::Erased,
        };
        let edits = self.edits_of(source, &leaf, &reading).await?;
        self.draft.push(row_of(index, &entry.leaf, &leaf_hash, &leaf, &reading, &edits), leaf_hash);
        if let Reading::Known(event) = &mut reading
            && let Some(payload) = event.event.take().and_then(payload_in)
        {
            self.payloads.keep(payload);
        }
        if self.draft.entries() == self.part_size.entries() { self.write_part().await } else { Ok(()) }
    }

    async fn edits_of(
        &mut self,
        source: &mut Source,
        leaf: &Leaf<&str>,
        reading: &Reading,
    ) -> Result<Vec<Edit>, Error> {
        let Reading::Known(event) = reading else { return Ok(Vec::new()) };
        let Some(Event::CandidateEdited(edited)) = &event.event else { return Ok(Vec::new()) };
        let before = payload_before(source, &mut self.payloads, leaf, edited).await?;
        let after = edited.payload.as_ref().and_then(|payload| parse_payload(&payload.canonical_json));
        Ok(generalize(before.as_ref(), after.as_ref(), &edited.patch_json, &self.value_key))
    }

    /// Writes the part that is full, then notes it. A crash between the two leaves a part that the next run writes again.
    async fn write_part(&mut self) -> Result<(), Error> {
        let next = PartDraft::starting_at(self.verifier.size(), self.part_size.entries());
        let draft = std::mem::replace(&mut self.draft, next);
        let (folder, number, name) = (self.folder.clone(), self.parts.len(), self.value_key.name());
        self.parts.push(blocking(move || draft.write(&folder, number, &name)).await?);
        let journal =
            Journal { format_version: FORMAT_VERSION, origin: self.origin.clone(), parts: self.parts.clone() };
        let folder = self.folder.clone();
        blocking(move || journal.write(&folder)).await
    }

    /// Writes the last part, which may be short.
    async fn finish(mut self) -> Result<Vec<Part>, Error> {
        if self.draft.entries() > 0 {
            self.write_part().await?;
        }
        Ok(self.parts)
    }
}

fn content_of(entry: &Entry, index: u64) -> Result<Content<'_>, Error> {
    if entry.salt.is_empty() && entry.content.is_empty() {
        return Ok(Content::Erased);
    }
    let malformed = |source| Error::EntryMalformed { index, field: "salt", source };
    let salt = Salt::try_from(entry.salt.as_slice()).map_err(malformed)?;
    Ok(Content::Kept { salt, bytes: &entry.content })
}

/// Removes parts that belong to nothing any more, then ends the export with its manifest.
async fn publish(folder: PathBuf, manifest: Manifest) -> Result<Manifest, Error> {
    blocking(move || {
        for stray in strays(&folder, manifest.parts.len())? {
            remove(&stray)?;
        }
        manifest.write(&folder)?;
        Ok(manifest)
    })
    .await
}

fn remove(path: &Path) -> Result<(), Error> {
    std::fs::remove_file(path).map_err(Error::file(path))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Interrupted)?
}
