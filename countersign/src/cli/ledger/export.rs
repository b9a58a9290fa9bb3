use std::path::{Path, PathBuf};
use std::time::Duration;

use analytics::export::{self, Contents, ExportRequest, Followed, Manifest, Part, PartSize};
use clap::Args;
use countersign_api::ledger::v1::GetCheckpointRequest;
use serde_json::{Value, json};
use service_kit::ids::RandomIds;
use service_kit::shutdown::Shutdown;

use super::pinned::Pinned;
use crate::app::{ORIGIN_PREFIX, keys};
use crate::cli::number::parse_count;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::{count_bar, counted, facts};
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger export
  countersign ledger export --out ./export --json | jq .root
  countersign ledger export --out ./export --follow --every 60";

/// Exports the ledger to Parquet, verifying every entry against the signed checkpoint on the way. An interrupted export
/// goes on where it was.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Export {
    /// The folder; without it, `export/` and the workspace's id in the data folder.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leaves the sealed contents out: what the columns say and the proofs stay.
    #[arg(long)]
    no_contents: bool,
    /// Goes on exporting as the ledger grows, until SIGTERM or SIGINT.
    #[arg(long)]
    follow: bool,
    /// With `--follow`, at least this many seconds between two manifests.
    #[arg(long, value_name = "SECONDS", default_value = "10", requires = "follow", value_parser = parse_count)]
    every: u32,
    #[command(flatten)]
    pinned: Pinned,
}

impl Export {
    /// Exports it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the ledger does not verify, or the folder holds files that are not this log's export.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let place = &context.place;
                let folder = self.out.clone().unwrap_or_else(|| folder_of(&place.data_dir, session));
                let request = GetCheckpointRequest { parent: session.workspace().to_string(), least_size: 0 };
                let checkpoint = session.ledger().get_checkpoint(request).await?.into_inner().checkpoint;
                if checkpoint.is_none_or(|checkpoint| checkpoint.size == 0) {
                    workspaces::refuse_unknown(context, session).await?;
                }
                let request = ExportRequest {
                    workspace: session.workspace().clone(),
                    origin: format!("{ORIGIN_PREFIX}/{}", session.workspace()),
                    verifying_keys: self.pinned.read(place)?,
                    export_key: keys::export_key(&place.data_dir, &RandomIds).map_err(Failure::Unreachable)?,
                    folder: folder.clone(),
                    least_size: 0,
                    part_size: PartSize::default(),
                    contents: if self.no_contents { Contents::LeftOut } else { Contents::Included },
                };
                if self.follow {
                    self.follow(context, session, &request).await
                } else {
                    once(context, session, &request).await
                }
            })
            .await
    }

    /// Shows every manifest as it is made.
    async fn follow(&self, context: &Context, session: &Session, request: &ExportRequest) -> Result<(), Failure> {
        let stop = Shutdown::new();
        stop.begin_on_signals().map_err(Failure::fault)?;
        let bar = count_bar(context.console, "exporting and verifying", 0);
        let mut shown = Ok(());
        let on_event = |event: Followed<'_>| match event {
            Followed::Progress(progress) => {
                bar.set_total(progress.size);
                bar.set(progress.entries);
            }
            Followed::Manifest(manifest) => {
                let is_reader_there = show(context, &request.folder, manifest);
                if is_reader_there.is_err() {
                    stop.begin();
                    shown = is_reader_there;
                }
            }
        };
        let every = Duration::from_secs(self.every.into());
        let followed = export::follow(session.channel(), request, every, stop.draining(), on_event).await;
        let last = followed.map_err(failure_of)?;
        shown?;
        last.map(drop).ok_or(Failure::Interrupted)
    }
}

async fn once(context: &Context, session: &Session, request: &ExportRequest) -> Result<(), Failure> {
    let bar = count_bar(context.console, "exporting and verifying", 0);
    let done = export::export(session.channel(), request, |progress| {
        bar.set_total(progress.size);
        bar.set(progress.entries);
    });
    let manifest = done.await.map_err(failure_of)?;
    drop(bar);
    show(context, &request.folder, &manifest)
}

fn show(context: &Context, folder: &Path, manifest: &Manifest) -> Result<(), Failure> {
    if context.console.is_json() {
        context.console.json(&manifest_json(folder, manifest))
    } else {
        context.console.data(&manifest_text(folder, manifest))
    }
}

/// Returns what an export failed by: a finding when log or export are to blame, or the folder holds what is not its own.
pub fn failure_of(error: export::Error) -> Failure {
    if let export::Error::Ledger { source, .. } = error {
        return (*source).into();
    }
    let is_no =
        error.is_unverified() || matches!(error, export::Error::FileInTheWay { .. } | export::Error::OtherLog { .. });
    let error = anyhow::Error::from(error);
    if is_no { Failure::Finding(format!("{error:#}")) } else { Failure::Unreachable(error) }
}

/// Returns an export as `--json` shows it.
pub fn manifest_json(folder: &Path, manifest: &Manifest) -> Value {
    json!({
        "verified": true,
        "folder": folder,
        "origin": manifest.origin,
        "size": manifest.size,
        "root": manifest.root,
        "parts": manifest.parts.len(),
        "contents": manifest.has_contents,
        "bytes": bytes_of(manifest),
        "new_entries": manifest.size - manifest.previous.map_or(0, |previous| previous.size),
    })
}

/// Returns an export as people read it.
pub fn manifest_text(folder: &Path, manifest: &Manifest) -> String {
    facts([
        ("verified", format!("{} of {}", counted(manifest.size, "entry", "entries"), manifest.origin)),
        ("root", manifest.root.to_string()),
        ("parts", manifest.parts.len().to_string()),
        ("contents", if manifest.has_contents { "sealed" } else { "left out" }.to_owned()),
        ("folder", folder.display().to_string()),
    ])
}

/// Returns how much its parts and contents take.
fn bytes_of(manifest: &Manifest) -> u64 {
    let of = |part: &Part| part.bytes + part.contents.as_ref().map_or(0, |contents| contents.bytes);
    manifest.parts.iter().map(of).sum()
}

fn folder_of(data_dir: &Path, session: &Session) -> PathBuf {
    data_dir.join("export").join(session.workspace().id())
}
