//! One run: export, verify, compute, write, put into its folder.

use std::path::PathBuf;
use std::sync::Arc;

use countersign_api::name::{ReportName, Workspace};
use ledger_format::VerifyingKeys;
use service_kit::clock::Clock;
use service_kit::grpc::AuthorizedChannel;

use super::allowed_harm::{AllowedHarm, PolicyUnread};
use super::made::Made;
use super::reports::{Reports, ReportsError, StoredReport};
use crate::export::{self, Contents, ExportKey, ExportRequest, Manifest, PartSize, Pinned, export, verify};
use crate::report::{self, Period, Terms, write_report};

/// Exports the logs of all workspaces, each into a folder of its own.
#[derive(Debug, Clone)]
pub struct Exporter {
    /// A channel to the ledger.
    pub ledger: AuthorizedChannel,
    /// The folder of exports.
    pub folder: PathBuf,
    /// The keys of the logs, pinned; their name is what origins begin with.
    pub verifying_keys: VerifyingKeys,
    /// The exporter's key: hashes edited values and signs manifests.
    pub export_key: ExportKey,
}

/// Why a report was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The log was not exported, or its export does not verify.
    #[error("the log was not exported")]
    Export(#[from] export::Error),
    /// The report was not computed or written.
    #[error("the report was not made")]
    Report(#[from] report::Error),
    /// The report was not kept.
    #[error("the report was not kept")]
    Keep(#[from] ReportsError),
    /// What it should be asked for is not known.
    #[error("the report's threshold is not known")]
    Threshold(#[from] PolicyUnread),
    /// The request id stands for a report of another period.
    #[error("the request id was used for a report of another period")]
    OtherPeriod,
    /// The task that computed it ended early.
    #[error("the making of the report was interrupted")]
    Interrupted,
}

impl Exporter {
    /// Exports the log of a workspace; an export that is there goes on.
    pub(crate) async fn export(&self, workspace: &Workspace) -> Result<Manifest, export::Error> {
        let request = ExportRequest {
            workspace: workspace.clone(),
            origin: format!("{}/{workspace}", self.verifying_keys.name()),
            verifying_keys: self.verifying_keys.clone(),
            export_key: self.export_key.clone(),
            folder: self.folder_of(workspace),
            least_size: 0,
            part_size: PartSize::default(),
            contents: Contents::AsTheyStand,
        };
        export(self.ledger.clone(), &request, |progress| {
            tracing::debug!(workspace = %workspace, entries = progress.entries, size = progress.size, "exporting");
        })
        .await
    }

    /// Returns the folder of a workspace's export.
    pub fn folder_of(&self, workspace: &Workspace) -> PathBuf {
        self.folder.join(workspace.id())
    }
}

/// Makes the report with this name, or gives the one that was made before under it.
///
/// A crash anywhere before it is in its place leaves an export that goes on and a folder that is removed by the next run.
pub(super) async fn run(
    exporter: &Exporter,
    reports: &Reports,
    clock: &Arc<dyn Clock>,
    allowed_harm: &dyn AllowedHarm,
    name: &ReportName,
    period: Period,
) -> Result<StoredReport, RunError> {
    let (at, of) = (reports.clone(), name.clone());
    if let Some(stored) = blocking(move || Ok(at.read(&of)?)).await? {
        return if stored.made.period == period { Ok(stored) } else { Err(RunError::OtherPeriod) };
    }
    let terms = Terms { harm_at_most_per_mille: allowed_harm.per_mille(&name.workspace).await?, period };
    exporter.export(&name.workspace).await?;
    let (exporter, reports, clock, name) = (exporter.clone(), reports.clone(), Arc::clone(clock), name.clone());
    blocking(move || {
        let folder = exporter.folder_of(&name.workspace);
        let pinned = Pinned::log(&exporter.verifying_keys).with_exporter(exporter.export_key.verifying_key());
        let export = verify(&folder, pinned, |_| {})?;
        write_report(&export, &reports.begin(&name)?, terms, |_| {})?;
        let manifest = export.manifest();
        let made = Made {
            name: name.to_string(),
            created_at: clock.now(),
            log_origin: manifest.origin.clone(),
            log_size: manifest.size,
            log_root: manifest.root,
            period,
        };
        reports.put(&name, &made)?;
        reports.read(&name)?.ok_or(RunError::Interrupted)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RunError> + Send + 'static,
) -> Result<T, RunError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RunError::Interrupted)?
}
