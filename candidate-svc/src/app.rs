//! Config → build → App: opens the store, brings the parts together, hands out the services.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use countersign_api::{
    candidate::v1::{
        execution_service_server::ExecutionServiceServer, policy_service_server::PolicyServiceServer,
        proposal_service_server::ProposalServiceServer, review_service_server::ReviewServiceServer,
        standing_approval_service_server::StandingApprovalServiceServer, trigger_service_server::TriggerServiceServer,
    },
    ledger::v1::{erasure_service_client::ErasureServiceClient, ledger_service_client::LedgerServiceClient},
    name::Workspace,
};
use service_kit::{
    clock::Clock,
    grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES},
    health::Health,
    ids::Ids,
    metrics::Metrics,
    shutdown::Shutdown,
};
use tokio::sync::watch;

use crate::{
    config::Config,
    domain::Actor,
    erasure,
    policy::PolicySource,
    policy_applier::PolicyApplier,
    policy_file, relay,
    rpc::{ExecutionRpc, Parts, PolicyRpc, ProposalRpc, ReviewRpc, StandingApprovalRpc, TriggerRpc},
    standing_watch::StandingWatch,
    store::{Judge, OpenError, Shared, Store, Surroundings},
    timekeeper::Timekeeper,
};

/// What candidate-svc takes from the process it runs in.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Tells the time of everything that happens.
    pub clock: Arc<dyn Clock>,
    /// Draws candidate and trigger ids, and nonces.
    pub ids: Arc<dyn Ids>,
    /// Reaches the ledger as a principal that may append, subscribe and have inclusion proved: the relay's role.
    pub ledger: AuthorizedChannel,
    /// Where it counts.
    pub metrics: Metrics,
    /// Where a failed store is reported.
    pub health: Health,
    /// Starts and ends its tasks.
    pub shutdown: Shutdown,
}

/// Candidate-svc, opened and ready to serve.
#[derive(Debug)]
pub struct App {
    pub(crate) parts: Parts,
    ledger: AuthorizedChannel,
    metrics: Metrics,
}

impl Config {
    /// Opens the database, brings its schema up to date and starts the writer.
    ///
    /// A crash here changes nothing but the schema, and has a changed policy file proposed whole or not at all.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn build(self, environment: &Environment) -> Result<App, OpenError> {
        // Boxed: it is long, and whoever waits for it would be as long.
        Box::pin(self.open(environment)).await
    }

    async fn open(self, environment: &Environment) -> Result<App, OpenError> {
        let seals = self.pseudonyms.seals();
        let shared = Shared {
            ledger_keys: self.ledger_keys,
            pseudonym: self.pseudonyms.of(&Actor::candidate_svc().principal()),
        };
        let first_policy = self.policy.read(&self.catalogue, &self.approvers);
        let judge = Judge {
            catalogue: self.catalogue.clone(),
            first_policy: first_policy.clone(),
            approvers: self.approvers.clone(),
            policies: HashMap::new(),
            owners: self.owners,
            pseudonyms: self.pseudonyms,
            audit: self.audit,
        };
        let surroundings = Surroundings {
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(&environment.ids),
            metrics: &environment.metrics,
            health: environment.health.clone(),
            shutdown: &environment.shutdown,
            shared,
        };
        let store = Store::open(&self.database, judge, surroundings).await?;
        let ledger = LedgerServiceClient::new(environment.ledger.clone())
            .max_decoding_message_size(TRANSPORT_MAX_BYTES)
            .max_encoding_message_size(TRANSPORT_MAX_BYTES);
        let parts = Parts {
            store,
            catalogue: self.catalogue,
            approvers: self.approvers,
            ledger,
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(&environment.ids),
            shutdown: environment.shutdown.clone(),
            seals,
        };
        if let (PolicySource::File { name, .. }, Ok(policy)) = (&self.policy, &first_policy) {
            policy_file::propose_changed(&parts, name, policy).await?;
        }
        Ok(App { parts, ledger: environment.ledger.clone(), metrics: environment.metrics.clone() })
    }
}

impl App {
    /// Starts what works in the background until the drain begins: the relays, the followers of erasures, the
    /// timekeeper, the watch over standing approvals and the policy applier.
    pub fn spawn(&self, shutdown: &Shutdown) {
        let Parts { store, ledger, clock, .. } = &self.parts;
        let relays =
            relay::supervise(store.clone(), ledger.clone(), Arc::clone(clock), self.metrics.clone(), shutdown.clone());
        shutdown.spawn_vital("relays", relays);
        let erasures = ErasureServiceClient::new(self.ledger.clone());
        let erasures = erasure::supervise(store.clone(), erasures, Arc::clone(clock), shutdown.clone());
        shutdown.spawn_vital("erasures", erasures);
        let watch = StandingWatch { store: store.clone(), clock: Arc::clone(clock) };
        shutdown.spawn_vital("standing approvals", watch.run(shutdown.clone()));
        let timekeeper = Timekeeper { store: store.clone(), clock: Arc::clone(clock) };
        shutdown.spawn_vital("timekeeper", timekeeper.run(shutdown.clone()));
        let applier = PolicyApplier::new(self.parts.clone());
        shutdown.spawn_vital("policy applier", applier.run(shutdown.clone()));
    }

    /// Returns the service for event sources, to be added to a [`Server`](service_kit::grpc::Server).
    pub fn trigger_service(&self) -> TriggerServiceServer<TriggerRpc> {
        TriggerServiceServer::new(TriggerRpc(self.parts.clone())).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service for proposers.
    pub fn proposal_service(&self) -> ProposalServiceServer<ProposalRpc> {
        ProposalServiceServer::new(ProposalRpc(self.parts.clone())).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service for people.
    pub fn review_service(&self) -> ReviewServiceServer<ReviewRpc> {
        ReviewServiceServer::new(ReviewRpc(self.parts.clone())).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service where people approve narrow categories ahead.
    pub fn standing_approval_service(&self) -> StandingApprovalServiceServer<StandingApprovalRpc> {
        StandingApprovalServiceServer::new(StandingApprovalRpc(self.parts.clone()))
            .max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service for executors.
    pub fn execution_service(&self) -> ExecutionServiceServer<ExecutionRpc> {
        ExecutionServiceServer::new(ExecutionRpc(self.parts.clone())).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service for process owners.
    pub fn policy_service(&self) -> PolicyServiceServer<PolicyRpc> {
        PolicyServiceServer::new(PolicyRpc(self.parts.clone())).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the workspaces that have events; changes when another gets its first.
    pub fn workspaces(&self) -> watch::Receiver<BTreeSet<Workspace>> {
        self.parts.store.signals().workspaces()
    }

    /// Closes the database after a drain; what is in its write-ahead log goes into the file itself.
    pub async fn close(&self) {
        self.parts.store.close().await;
    }
}
