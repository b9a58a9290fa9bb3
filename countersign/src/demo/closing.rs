use std::collections::BTreeMap;
use std::path::PathBuf;

use analytics::export::{self, ExportRequest, Manifest, PartSize};
use countersign_api::candidate::v1::ListCandidatesRequest;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::ledger::v1::GetCheckpointRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::Workspace;
use ledger_svc::audit::{self, LogVerified};
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use service_kit::ids::RandomIds;

use super::tally::Tally;
use crate::app::{App, Folder, ORIGIN_PREFIX, keys, principals};
use crate::candidate_text::state_name;
use crate::cli::Context;
use crate::cli::ledger::failure_of;
use crate::cli::report;
use crate::failure::Failure;
use crate::output::{count_bar, step};

const PAGE_SIZE: i32 = 1_000;

/// What was exported while the services still ran.
#[derive(Debug)]
pub struct Exported {
    folder: PathBuf,
    manifest: Manifest,
    by_state: BTreeMap<&'static str, u64>,
}

/// What stands at the end, verified.
#[derive(Debug)]
pub struct Closed {
    /// How many candidates are in which state.
    pub by_state: BTreeMap<&'static str, u64>,
    /// The log, read from its files alone.
    pub log: LogVerified,
    /// The page of the report.
    pub report: PathBuf,
}

/// Returns how many entries a checkpoint covers now.
///
/// # Errors
/// The server's refusal.
pub async fn recorded_size(channel: AuthorizedChannel, workspace: &Workspace) -> Result<u64, Failure> {
    let request = GetCheckpointRequest { parent: workspace.to_string(), least_size: 0 };
    let response = LedgerServiceClient::new(channel).get_checkpoint(request).await?.into_inner();
    Ok(response.checkpoint.map_or(0, |checkpoint| checkpoint.size.unsigned_abs()))
}

/// Exports the log, verifying every entry on the way, and counts the candidates by state.
///
/// # Errors
/// [`Failure::Finding`] when the log does not verify.
pub async fn export(context: &Context, app: &App, tally: Tally) -> Result<(Tally, Exported), Failure> {
    let workspace = &context.place.workspace;
    let data_dir = &context.place.data_dir;
    let channel = app.channel_as(principals::analytics());
    let folder = data_dir.join("export").join(workspace.id());
    let key_file = keys::verifying_key_file(data_dir);
    let request = ExportRequest {
        workspace: workspace.clone(),
        origin: format!("{ORIGIN_PREFIX}/{workspace}"),
        verifying_key: keys::verifying_key(&key_file).map_err(Failure::Unreachable)?,
        value_key: keys::value_key(data_dir, &RandomIds).map_err(Failure::Unreachable)?,
        folder: folder.clone(),
        least_size: tally.log_size,
        part_size: PartSize::default(),
    };
    context.console.say("exporting and verifying the ledger");
    let bar = count_bar("exporting and verifying", tally.log_size);
    let manifest = export::export(channel.clone(), &request, |progress| bar.set(progress.entries)).await;
    drop(bar);
    let manifest = manifest.map_err(failure_of)?;
    let by_state = count_states(channel, workspace).await?;
    Ok((tally, Exported { folder, manifest, by_state }))
}

/// Verifies the files of the ledger and the export with nothing but the key, and makes the report.
///
/// # Errors
/// [`Failure::Finding`] when something does not verify, or export and files are not the same log.
pub async fn verify_and_report(context: &Context, folder: &Folder, exported: Exported) -> Result<Closed, Failure> {
    let data_dir = folder.data_dir();
    let workspace = &context.place.workspace;
    let key = keys::verifying_key(&keys::verifying_key_file(data_dir.folder())).map_err(Failure::Unreachable)?;

    context.console.say("verifying the ledger's files");
    let bar = count_bar("verifying", exported.manifest.size);
    let (ledger, fence) = (data_dir.ledger_db(), data_dir.fence_db());
    let logs = audit::verify(&ledger, &fence, &key, ORIGIN_PREFIX, |progress| bar.set(progress.entries)).await;
    drop(bar);
    let logs = logs.map_err(|error| match error {
        audit::Error::Found(finding) => Failure::Finding(finding.to_string()),
        error @ (audit::Error::File { .. } | audit::Error::Origin(_)) => Failure::unreachable(error),
    })?;
    let log = logs.into_iter().find(|log| &log.workspace == workspace);
    let log = log.ok_or_else(|| Failure::Finding(format!("the ledger's files hold no log of `{workspace}`")))?;
    if (log.size, log.root) != (exported.manifest.size, exported.manifest.root) {
        return Err(Failure::Finding("the export is not of the log that the ledger's files hold".to_owned()));
    }

    context.console.say("making the report");
    let progress = step("making the report");
    let out = data_dir.report().join(workspace.id()).join("latest");
    let written = tokio::task::spawn_blocking(move || report::make(&exported.folder, &out, &key)).await;
    drop(progress);
    let report = written.map_err(Failure::fault)??.html_file();
    Ok(Closed { by_state: exported.by_state, log, report })
}

async fn count_states(
    channel: AuthorizedChannel,
    workspace: &Workspace,
) -> Result<BTreeMap<&'static str, u64>, Failure> {
    let mut client = ReviewServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES);
    let mut by_state: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let request = ListCandidatesRequest {
            parent: workspace.to_string(),
            page_size: PAGE_SIZE,
            page_token,
            ..ListCandidatesRequest::default()
        };
        let page = client.list_candidates(request).await?.into_inner();
        for candidate in &page.candidates {
            *by_state.entry(state_name(candidate.state)).or_default() += 1;
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(by_state);
        }
    }
}
