//! The export itself: from the ledger's stream to verified parts and their manifest.

use std::path::PathBuf;

use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, VerifyingKeys};
use service_kit::grpc::AuthorizedChannel;
use tokio_stream::StreamExt;

use super::error::Error;
use super::export_key::ExportKey;
use super::manifest::Manifest;
use super::part_size::PartSize;
use super::source::Source;
use super::writer::Writer;

/// What to export, and where to.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The workspace whose log is exported.
    pub workspace: Workspace,
    /// Identity of that log; a checkpoint of any other is refused.
    pub origin: String,
    /// The log's keys, pinned: learnt before, not from the server that is asked.
    pub verifying_keys: VerifyingKeys,
    /// The exporter's key: hashes edited values and signs the manifest.
    pub export_key: ExportKey,
    /// The folder of the export; made when missing. An export of the same log in it goes on; a file with a name of ours that is of no
    /// such export is never replaced.
    pub folder: PathBuf,
    /// Waits until the checkpoint covers this many entries; 0 takes the latest there is.
    pub least_size: u64,
    /// Entries in a full part.
    pub part_size: PartSize,
    /// Whether the sealed contents go beside the parts.
    pub contents: Contents,
}

/// Whether sealed contents go beside the parts of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// They do; an export without them is written anew.
    Included,
    /// They do not; those that are there are removed.
    LeftOut,
    /// As in the export that stands in the folder, and not in a first one: for whoever needs the typed columns alone.
    AsTheyStand,
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
/// What an earlier run of this exporter wrote and still verifies is kept, and only entries behind it are read. The manifest and its signature
/// come last: before they are there, or when a crash fell between a rewritten tail and them, the folder does not verify, and
/// running again mends it.
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
    let (signed, checkpoint) = source.checkpoint(request.least_size, &request.verifying_keys, &request.origin).await?;
    let mut writer = Writer::open(request).await?;
    catch_up(&mut source, &mut writer, &checkpoint, &mut on_progress).await?;
    writer.finish(&signed, &checkpoint).await
}

/// Reads what the checkpoint covers and the export has not, once it is proved that the log has only grown since the last one.
pub(super) async fn catch_up(
    source: &mut Source,
    writer: &mut Writer,
    checkpoint: &Checkpoint,
    on_progress: &mut impl FnMut(Progress),
) -> Result<(), Error> {
    let size = checkpoint.size();
    if writer.exported() > size {
        return Err(Error::LogShrank { exported: writer.exported(), signed: size });
    }
    if let Some(previous) = writer.previous()
        && !source.is_grown_from(previous, checkpoint).await?
    {
        return Err(Error::PreviousDiffers { folder: writer.folder().to_owned(), size: previous.size });
    }
    on_progress(Progress { entries: writer.size(), size });
    let start = writer.size();
    if start < size {
        let mut stream = source.entries(start, size - start, writer.has_contents()).await?;
        while let Some(response) = stream.next().await {
            for entry in response.map_err(Error::ledger("ReadEntries"))?.entries {
                writer.take(source, entry).await?;
            }
            on_progress(Progress { entries: writer.size(), size });
        }
    }
    Ok(())
}
