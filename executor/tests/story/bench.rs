//! One executor with everything around it, in one process and one folder.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use countersign_api::{
    candidate::v1::execution_service_server::ExecutionServiceServer,
    ledger::v1::ledger_service_server::LedgerServiceServer, name::Workspace,
};
use executor::{
    App, BuildError, Config, PermitCheck, PermitCheckConfig, RunError, Tally,
    connector::{Connector, Connectors, sandbox::Sandbox},
};
use service_kit::{
    access::{Access, Principal, Role, Scope, TokenStore},
    clock::{Clock, ManualClock},
    grpc::{AuthorizedChannel, Server, with_token},
    health::Health,
    ids::SeededIds,
    metrics::Metrics,
    shutdown::Shutdown,
};

use crate::{
    desk::Desk,
    ledger::Ledger,
    log::{Log, PREFIX, demo},
};

pub struct Bench {
    pub clock: ManualClock,
    pub log: Log,
    pub ledger: Ledger,
    pub desk: Desk,
    pub shutdown: Shutdown,
    pub metrics: Metrics,
    channel: AuthorizedChannel,
    folder: tempfile::TempDir,
}

impl Bench {
    pub async fn new() -> Self {
        Self::of(demo()).await
    }

    /// Everything around an executor of another workspace.
    pub async fn of(workspace: Workspace) -> Self {
        let clock = ManualClock::new("2026-11-22T10:00:00Z".parse().expect("a timestamp"));
        let log = Log::of(workspace, 7);
        let (ledger, desk) = (Ledger::new(log.clone()), Desk::new(clock.clone()));
        let (shutdown, metrics) = (Shutdown::new(), Metrics::new());
        let folder = tempfile::tempdir().expect("a folder");
        let tokens = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        let access = Arc::new(Access::new(tokens, Arc::new(clock.clone()), Arc::new(SeededIds::new(1))));
        let id = "services/executor".parse().expect("an id");
        let token = access.lend(Principal::new(id, Scope::All, [Role::Executor]).expect("a principal"));
        let server = Server::builder(access, &metrics, &Health::new(), &shutdown)
            .add_service(ExecutionServiceServer::new(desk.clone()))
            .add_service(LedgerServiceServer::new(ledger.clone()))
            .build();
        let channel = with_token(server.in_memory_channel(), &token);
        Self { clock, log, ledger, desk, shutdown, metrics, channel, folder }
    }

    pub fn config(&self) -> Config {
        Config::new(vec![self.log.workspace.clone()], PREFIX, self.log.verifying_key(), self.memory_db())
    }

    pub fn memory_db(&self) -> PathBuf {
        self.folder.path().join("executor.db")
    }

    /// The names of the files of a database: itself, and its WAL and shared memory while it is open.
    pub fn files_of(&self, database: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.filter(|name| name.starts_with(database)).collect();
        names.sort();
        names
    }

    pub fn sandbox_db(&self) -> PathBuf {
        self.folder.path().join("sandbox.db")
    }

    /// Opens a sandbox as a process that starts anew does.
    pub async fn open_sandbox(file: &Path) -> Sandbox {
        let clock = Arc::new(ManualClock::default());
        Sandbox::open(file, clock, &Metrics::new(), &Shutdown::new()).await.expect("it opens")
    }

    pub async fn sandbox(&self) -> Sandbox {
        Sandbox::open(&self.sandbox_db(), self.clock(), &self.metrics, &self.shutdown).await.expect("it opens")
    }

    pub async fn executor(&self, connector: Arc<dyn Connector>) -> App {
        self.try_executor(self.config(), connector).await.expect("it is built")
    }

    pub async fn try_executor(&self, config: Config, connector: Arc<dyn Connector>) -> Result<App, BuildError> {
        let connectors = Connectors::new().register(connector).expect("one connector");
        let (executions, ledger) = (self.channel.clone(), self.channel.clone());
        App::build(config, self.clock(), executions, ledger, connectors, &self.metrics).await
    }

    /// Opens what verifies permits and does nothing else with them.
    pub async fn permit_check(&self, memory_db: Option<PathBuf>) -> PermitCheck {
        let config = PermitCheckConfig {
            workspace: self.log.workspace.clone(),
            origin_prefix: PREFIX.to_owned(),
            verifying_keys: self.log.verifying_key().into(),
            memory_db,
        };
        PermitCheck::open(config, self.clock(), self.channel.clone()).await.expect("it opens")
    }

    /// Starts an executor that takes up the memory of the one before, and lets it work until nothing is left.
    pub async fn run(&self, connector: Arc<dyn Connector>) -> Tally {
        self.try_run(connector).await.expect("it runs")
    }

    pub async fn try_run(&self, connector: Arc<dyn Connector>) -> Result<Tally, RunError> {
        self.executor(connector).await.run_until_drained(&self.shutdown).await
    }

    /// Awaits a future and lets the clock run as long as it waits for nothing but a moment, which `waits` tells.
    ///
    /// A clock that ran all the time would outrun the disk and the leases with it.
    pub async fn advancing<T>(&self, mut waits: impl FnMut() -> bool, future: impl Future<Output = T>) -> T {
        let running = async {
            loop {
                if waits() {
                    self.clock.advance(Duration::from_millis(5));
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            answer = future => answer,
            () = running => unreachable!("the clock never stops"),
        }
    }

    fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }
}
