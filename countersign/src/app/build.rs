use std::sync::Arc;

use analytics::{Exporter, FeedbackConfig, Mailer, Schedule};
use anyhow::Context as _;
use candidate_svc::{AuditSample, catalogue::Catalogue, policy::Approvers};
use countersign_api::candidate::v1::policy_service_client::PolicyServiceClient;
use executor::connector::Connectors;
use executor::connector::sandbox::Sandbox;
use ledger_format::{VerifyingKeys, WitnessPolicy};
use ledger_svc::keys::{load_command, load_or_create};
use ledger_svc::signing::CheckpointSigner;
use ledger_svc::witness::WitnessConfig;
use ledger_svc::{LedgerConfig, QueueLimits, custody::Unwatched};
use service_kit::access::{
    Access, AccessPolicy, BearerToken, Principal, Pseudonyms, TokenRpc, TokenStore, ensure_admin_token,
};
use service_kit::data_dir::DataDir;
use service_kit::database::Location;
use service_kit::grpc::{AuthorizedChannel, Server, with_token};
use service_kit::shutdown::DRAIN_MAX;
use tonic::transport::Channel;

use super::allowed_harm::PolicyInForce;
use super::candidates_place;
use super::config::{Config, Execution, LedgerOptions, ORIGIN_PREFIX, ReportOptions, SignerOptions};
use super::executor_name;
use super::executors::{self, Executors};
use super::folder::Folder;
use super::process::Process;
use super::{definitions, keys, ledger_place, principals};
use crate::failure::Failure;

/// All services, running in this process.
#[derive(Debug)]
pub struct App {
    pub(super) folder: Folder,
    pub(super) process: Process,
    pub(super) server: Server,
    access: Arc<Access>,
    channel: Channel,
    sandbox: Sandbox,
    pub(super) ledger: ledger_svc::App,
    candidates: candidate_svc::App,
}

impl App {
    /// Opens everything in the folder and starts every service; nobody listens yet but the in-memory channel.
    ///
    /// A crash in here leaves files that the next start opens again: each is whole, or is made anew.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] naming what cannot be opened.
    pub async fn start(folder: Folder, config: Config) -> Result<Self, Failure> {
        // The future of opening everything is large, and every command's future would hold it.
        Box::pin(build(folder, config)).await.map_err(Failure::Unreachable)
    }

    /// Returns a channel as a token's principal, through the same layers as any caller.
    pub fn channel(&self, token: &BearerToken) -> AuthorizedChannel {
        with_token(self.channel.clone(), token)
    }

    /// Returns a channel as a principal whose token ends with this process.
    pub fn channel_as(&self, principal: Principal) -> AuthorizedChannel {
        self.channel(&self.access.lend(principal))
    }

    /// Returns the sandbox CRM.
    pub const fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Stops taking work, lets everything finish what it took, closes the files, and gives the folder back.
    ///
    /// # Errors
    /// [`Failure::Fault`] naming what did not end in time.
    pub async fn drain(self) -> Result<Folder, Failure> {
        let has_failed = self.process.shutdown.has_failed();
        let drained = self.process.shutdown.drain(DRAIN_MAX).await;
        self.candidates.close().await;
        self.ledger.close().await;
        self.sandbox.close().await;
        self.access.close().await;
        self.folder.forget_address().map_err(Failure::Fault)?;
        drained.map_err(Failure::fault)?;
        if has_failed {
            return Err(Failure::Fault(anyhow::anyhow!(
                "a part without which nothing goes on has ended; the log names it"
            )));
        }
        Ok(self.folder)
    }
}

async fn build(folder: Folder, config: Config) -> anyhow::Result<App> {
    let data_dir = folder.data_dir();
    let process = Process::new();
    let policy = AccessPolicy::in_force(data_dir)?;
    let access = open_access(data_dir, &process).await?;

    let signer = open_signer(data_dir, &config.ledger, &process)?;
    let verifying_keys = signer.known_keys().clone();
    let pseudonyms = Pseudonyms::open(&keys::pseudonym_file(data_dir), &*process.ids)?;
    let ledger = open_ledger(data_dir, signer, pseudonyms.clone(), &config.ledger, &process).await?;
    // The ledger has a server of its own inside: candidate-svc needs a way to it before the server that has them all is built.
    let inner =
        process.server(&access, &policy).add_service(ledger.service()).add_service(ledger.erasure_service()).build();
    let to_ledger = inner.in_memory_channel();
    let relay = with_token(to_ledger.clone(), &access.lend(principals::relay()));
    let catalogue = definitions::catalogue(data_dir)?;
    let bound = (candidates_place::settle(data_dir, config.database)?, verifying_keys.clone());
    let executor = executor_name::executor(data_dir, &bound.0, &*process.ids)?;
    let candidates =
        open_candidates(data_dir, catalogue.clone(), &policy, relay, pseudonyms.clone(), bound, &process).await?;
    // And the feedback service a way to the policies.
    let inner = process.server(&access, &policy).add_service(candidates.policy_service()).build();
    let policies = with_token(inner.in_memory_channel(), &access.lend(principals::analytics()));
    let exporter = Exporter {
        ledger: with_token(to_ledger, &access.lend(principals::analytics())),
        folder: data_dir.export(),
        verifying_keys: verifying_keys.clone(),
        export_key: keys::export_key(data_dir.folder(), &*process.ids)?,
    };
    let feedback = FeedbackConfig {
        exporter,
        report_folder: data_dir.report(),
        pseudonyms,
        allowed_harm: Arc::new(PolicyInForce(PolicyServiceClient::new(policies))),
        schedule: open_schedule(&config.reports, &candidates)?,
    };
    let feedback = feedback.build(&process.for_feedback());
    let sandbox =
        Sandbox::open(&data_dir.sandbox_db(), Arc::clone(&process.clock), &process.metrics, &process.shutdown).await?;

    let server = process
        .server(&access, &policy)
        .add_service(TokenRpc::server(Arc::clone(&access)))
        .add_service(candidates.trigger_service())
        .add_service(candidates.proposal_service())
        .add_service(candidates.review_service())
        .add_service(candidates.execution_service())
        .add_service(candidates.policy_service())
        .add_service(candidates.standing_approval_service())
        .add_service(ledger.service())
        .add_service(ledger.erasure_service())
        .add_service(feedback.service())
        .build();
    let channel = server.in_memory_channel();
    ledger.spawn(&process.shutdown);
    ledger.spawn_covering(&process.shutdown);
    candidates.spawn(&process.shutdown);
    feedback.spawn(&process.shutdown);
    let executors = |lease| -> anyhow::Result<Executors> {
        let connectors = Connectors::new().register(Arc::new(sandbox.clone()))?;
        executors::warn_of_unperformed(&catalogue, &connectors);
        Ok(Executors {
            process: process.clone(),
            // A connection of their own: their streams take no places from callers on the other.
            channel: with_token(server.in_memory_channel(), &access.lend(executor.clone())),
            connectors,
            verifying_keys,
            memory_db: data_dir.folder().join("executor.db"),
            lease,
        })
    };
    match config.execution {
        Execution::Off => {}
        Execution::In { workspace, lease } => executors(lease)?.start(vec![workspace]).await?,
        Execution::Everywhere { lease } => executors(lease)?.start_everywhere(candidates.workspaces()).await?,
    }
    Ok(App { folder, process, server, access, channel, sandbox, ledger, candidates })
}

/// Opens the tokens, and makes those that commands find by themselves.
async fn open_access(data_dir: &DataDir, process: &Process) -> anyhow::Result<Arc<Access>> {
    let store = TokenStore::open(&data_dir.tokens_db()).await?;
    let access = Arc::new(Access::new(store, Arc::clone(&process.clock), Arc::clone(&process.ids)));
    ensure_admin_token(data_dir, &access).await?;
    keys::ensure_local_tokens(data_dir, &access).await?;
    Ok(access)
}

/// Reads what reports are made by themselves, and who gets them by mail.
fn open_schedule(reports: &ReportOptions, candidates: &candidate_svc::App) -> anyhow::Result<Option<Schedule>> {
    let mailer = reports.mail.as_deref().map(Mailer::read).transpose()?;
    if reports.every.is_empty() {
        return Ok(None);
    }
    Ok(Some(Schedule { every: reports.every.clone(), workspaces: candidates.workspaces(), mailer }))
}

/// Loads the key file, or holds the signer command to its verifying key.
fn open_signer(data_dir: &DataDir, options: &LedgerOptions, process: &Process) -> anyhow::Result<CheckpointSigner> {
    let file = keys::signing_key_file(data_dir);
    match &options.signer {
        Some(SignerOptions { command, verifying_keys }) => Ok(load_command(&file, command.clone(), verifying_keys)?),
        None => Ok(load_or_create(&file, ORIGIN_PREFIX, &*process.ids)?),
    }
}

/// Reads the policy that names witnesses.
fn open_witnesses(data_dir: &DataDir, options: &LedgerOptions) -> anyhow::Result<Option<WitnessConfig>> {
    let Some(file) = &options.witness_policy else { return Ok(None) };
    let refused = || format!("the witness policy `{}` cannot be used", file.display());
    let text = std::fs::read_to_string(file).with_context(refused)?;
    let policy = WitnessPolicy::parse(&text).with_context(refused)?;
    Ok(Some(WitnessConfig::new(policy, data_dir.folder().join("witnesses.db"))))
}

async fn open_ledger(
    data_dir: &DataDir,
    signer: CheckpointSigner,
    pseudonyms: Pseudonyms,
    options: &LedgerOptions,
    process: &Process,
) -> anyhow::Result<ledger_svc::App> {
    let place = ledger_place::settle(data_dir.folder(), &options.place)?;
    let config = LedgerConfig {
        place: place.clone(),
        fence_path: data_dir.fence_db(),
        signer,
        origin_prefix: ORIGIN_PREFIX.to_owned(),
        witnesses: open_witnesses(data_dir, options)?,
        queue: QueueLimits::default(),
        pseudonyms,
        erasure_steps: Arc::new(Unwatched),
    };
    let ledger = config.build(&process.for_ledger()).await?;
    ledger_place::keep(data_dir.folder(), &place)?;
    Ok(ledger)
}

async fn open_candidates(
    data_dir: &DataDir,
    catalogue: Catalogue,
    access_policy: &AccessPolicy,
    ledger: AuthorizedChannel,
    pseudonyms: Pseudonyms,
    (database, ledger_keys): (Location, VerifyingKeys),
    process: &Process,
) -> anyhow::Result<candidate_svc::App> {
    let config = candidate_svc::Config {
        database,
        ledger_keys,
        owners: definitions::owners(data_dir, &catalogue)?,
        catalogue,
        policy: definitions::policy(data_dir)?,
        approvers: Approvers::under(access_policy),
        pseudonyms,
        audit: AuditSample::open(&keys::audit_file(data_dir), &*process.ids)?,
    };
    Ok(config.build(&process.for_candidates(ledger)).await?)
}
