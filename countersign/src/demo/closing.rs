use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use analytics::export::{self, Contents, ExportRequest, Manifest, PartSize};
use analytics::report::Terms;
use countersign_api::candidate::v1::ListCandidatesRequest;
use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::ledger::v1::GetCheckpointRequest;
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::name::Workspace;
use ledger_svc::audit;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use service_kit::ids::RandomIds;

use super::conductor::Conducted;
use super::growth::{self, Head};
use super::tally::Tally;
use crate::app::{ORIGIN_PREFIX, keys, ledger_place};
use crate::candidate_text::state_name;
use crate::cli::Context;
use crate::cli::ledger::{ExportKeys, failure_of};
use crate::cli::report;
use crate::failure::Failure;
use crate::output::count_bar;

const PAGE_SIZE: i32 = 1_000;

/// What came of the work, exported while the services still run.
#[derive(Debug)]
pub struct Exported {
    /// What was counted.
    pub tally: Tally,
    /// The export.
    pub export: Export,
    /// A channel as who exported it.
    pub auditor: AuthorizedChannel,
}

/// An export, and the states of the candidates behind it.
#[derive(Debug)]
pub struct Export {
    folder: PathBuf,
    manifest: Manifest,
    states: States,
}

/// How many candidates are in which state.
#[derive(Debug, Default)]
pub struct States {
    /// Those of this run.
    pub by_state: BTreeMap<&'static str, u64>,
    /// How many there are of others in the workspace.
    pub others: u64,
}

/// What stands at the end, verified.
#[derive(Debug)]
pub struct Closed {
    /// How many candidates are in which state.
    pub states: States,
    /// The log as it was exported; its files hold it.
    pub log: Head,
    /// The page of the report.
    pub report: PathBuf,
}

/// Returns how many entries a checkpoint covers, once it covers at least so many.
///
/// # Errors
/// The server's refusal.
pub async fn recorded_size(channel: AuthorizedChannel, workspace: &Workspace, least_size: u64) -> Result<u64, Failure> {
    let least_size = i64::try_from(least_size).unwrap_or(i64::MAX);
    let request = GetCheckpointRequest { parent: workspace.to_string(), least_size };
    let response = LedgerServiceClient::new(channel).get_checkpoint(request).await?.into_inner();
    Ok(response.checkpoint.map_or(0, |checkpoint| checkpoint.size.unsigned_abs()))
}

/// Exports the log, verifying every entry on the way, and counts the candidates by state.
///
/// # Errors
/// [`Failure::Finding`] when the log does not verify.
pub async fn export(context: &Context, auditor: AuthorizedChannel, conducted: Conducted) -> Result<Exported, Failure> {
    let Conducted { candidates, tally } = conducted;
    let workspace = &context.place.workspace;
    let data_dir = &context.place.data_dir;
    let folder = data_dir.join("export").join(workspace.id());
    let key_file = keys::verifying_key_file(data_dir);
    let request = ExportRequest {
        workspace: workspace.clone(),
        origin: format!("{ORIGIN_PREFIX}/{workspace}"),
        verifying_keys: keys::verifying_keys(&key_file).map_err(Failure::Unreachable)?,
        export_key: keys::export_key(data_dir, &RandomIds).map_err(Failure::Unreachable)?,
        folder: folder.clone(),
        least_size: tally.log_size,
        part_size: PartSize::default(),
        contents: Contents::AsTheyStand,
    };
    context.console.say("exporting and verifying the ledger");
    let bar = count_bar(context.console, "exporting and verifying", tally.log_size);
    let manifest = export::export(auditor.clone(), &request, |progress| bar.set(progress.entries)).await;
    drop(bar);
    let manifest = manifest.map_err(failure_of)?;
    let states = count_states(auditor.clone(), workspace, &candidates).await?;
    Ok(Exported { tally, export: Export { folder, manifest, states }, auditor })
}

/// Verifies the files of the ledger and the export with nothing but the key, and makes the report.
///
/// Where a server goes on writing these files, they may hold more than the export: it is asked, through `server`, to prove that
/// the one is the beginning of the other.
///
/// # Errors
/// [`Failure::Finding`] when something does not verify, or export and files are not the same log.
pub async fn verify_and_report(
    context: &Context,
    exported: Export,
    server: Option<AuthorizedChannel>,
) -> Result<Closed, Failure> {
    let data_dir = &context.place.data_dir;
    let workspace = &context.place.workspace;
    let key = keys::verifying_keys(&keys::verifying_key_file(data_dir)).map_err(Failure::Unreachable)?;

    context.console.say("verifying the ledger's files");
    let bar = count_bar(context.console, "verifying", exported.manifest.size);
    let (place, fence) = (ledger_place::own(data_dir), data_dir.join("fence.db"));
    let logs = audit::verify(&place, &fence, &key, ORIGIN_PREFIX, |progress| bar.set(progress.entries)).await;
    drop(bar);
    let logs = logs.map_err(|error| match error {
        audit::Error::Found(finding) => Failure::Finding(finding.to_string()),
        error @ (audit::Error::File { .. } | audit::Error::Origin(_)) => Failure::unreachable(error),
    })?;
    let exported_log = Head { size: exported.manifest.size, root: exported.manifest.root };
    let log = logs.into_iter().find(|log| &log.workspace == workspace);
    let log = match log.map(|log| Head { size: log.size, root: log.root }) {
        Some(log) => log,
        // Nothing was proposed yet: the first entry begins the log.
        None if exported_log.size == 0 => exported_log,
        None => return Err(Failure::Finding(format!("the ledger's files hold no log of `{workspace}`"))),
    };
    growth::check(server, workspace, exported_log, log).await?;

    context.console.say("making the report");
    let console = context.console;
    let out = data_dir.join("report").join(workspace.id()).join("latest");
    let Export { folder, states, .. } = exported;
    let signed_by = keys::verifying_key(&keys::export_verifying_key_file(data_dir)).map_err(Failure::Unreachable)?;
    let keys = ExportKeys::own(key, signed_by);
    let make = move || report::make(console, &folder, &out, &keys, Terms::default());
    let written = tokio::task::spawn_blocking(make).await;
    let report = written.map_err(Failure::fault)??.html_file();
    Ok(Closed { states, log: exported_log, report })
}

async fn count_states(
    channel: AuthorizedChannel,
    workspace: &Workspace,
    of_this_run: &HashSet<String>,
) -> Result<States, Failure> {
    let mut client = ReviewServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES);
    let mut states = States::default();
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
            if of_this_run.contains(&candidate.name) {
                *states.by_state.entry(state_name(candidate.state)).or_default() += 1;
            } else {
                states.others += 1;
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(states);
        }
    }
}
