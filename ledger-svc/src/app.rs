//! Config → build → App: opens the files, brings them together, starts the writers, hands out the service.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use countersign_api::{
    ledger::v1::{erasure_service_server::ErasureServiceServer, ledger_service_server::LedgerServiceServer},
    name::Workspace,
};
use service_kit::{
    clock::Clock, grpc::TRANSPORT_MAX_BYTES, health::Health, ids::Ids, metrics::Metrics, shutdown::Shutdown,
};

use crate::{
    appender::{Appender, Committer},
    config::LedgerConfig,
    contents::{ContentKeys, ContentReader},
    custody::carry_out,
    follower::Follower,
    log::Logs,
    log_of_logs::{Coverage, Writer},
    metrics::LedgerMetrics,
    origin::{OriginError, Origins},
    publisher::{Publisher, Recovered, RecoveryError, Signer, recover},
    rpc::{ErasureRpc, LedgerRpc},
    store::{self, LedgerStore, fence::FenceStore, key_place::KeyPlaceError},
    stores::Stores,
    tiles::{self, TileSource},
    witness::{Courier, PolicyError, Witnessed, egress},
};

/// What the ledger takes from the process it runs in.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Tells the time of appends.
    pub clock: Arc<dyn Clock>,
    /// Draws salts.
    pub ids: Arc<dyn Ids>,
    /// Where the ledger counts.
    pub metrics: Metrics,
    /// Where a failed store is reported.
    pub health: Health,
    /// Starts and ends the writers.
    pub shutdown: Shutdown,
}

/// The ledger, opened and ready to serve.
#[derive(Debug)]
pub struct App {
    ledger: LedgerStore,
    keys: ContentKeys,
    fence: FenceStore,
    /// Boxed, as those below: what is handed on with the app should not be as long as they are.
    rpc: Box<LedgerRpc>,
    erasure: Box<ErasureRpc>,
    tiles: TileSource,
    publisher: Mutex<Option<Box<Publisher>>>,
    covering: Mutex<Option<Box<Covering>>>,
    follower: Arc<Follower>,
}

/// What spreads the word of what was signed.
#[derive(Debug)]
struct Covering {
    writer: Writer,
    courier: Option<Courier>,
}

/// Why the ledger can not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Prefix or key name are not of their form.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A file can not be opened or read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The keys of contents are not where they may be.
    #[error(transparent)]
    KeyPlace(#[from] KeyPlaceError),
    /// The witness policy is not for this log.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// There is no way out to the witnesses.
    #[error("witnesses can not be asked over HTTP; check the machine's certificates")]
    Egress(#[source] reqwest::Error),
    /// The fence store was made under another origin prefix.
    #[error(
        "`{fence}` remembers the log `{origin}`, which is not under the origin prefix `{prefix}`; start with the prefix it was made with",
        fence = fence_path.display()
    )]
    UnknownOrigin {
        /// The fence file.
        fence_path: PathBuf,
        /// The log it remembers.
        origin: String,
        /// The configured prefix.
        prefix: String,
    },
    /// The ledger was signed by another key.
    #[error(
        "`{ledger}` holds the log `{origin}`, whose last checkpoint is not signed by the signing key `{key_name}`; put back the key file that \
         it was signed with, or start on a folder of its own"
    )]
    OtherKey {
        /// The ledger's file or database.
        ledger: String,
        /// The log.
        origin: String,
        /// Name of the configured key.
        key_name: String,
    },
}

impl LedgerConfig {
    /// Opens files or databases, seals what an older release left in clear, finishes erasures that a crash cut short, brings every log's entries, checkpoints and fence together, and starts the appender.
    ///
    /// A log whose files disagree is halted: it is read, not written to. A key that signed none of the logs is refused. A crash here
    /// changes nothing but schemas.
    ///
    /// # Errors
    /// See [`BuildError`].
    pub async fn build(self, environment: &Environment) -> Result<App, BuildError> {
        let origins = Origins::new(&self.origin_prefix)?;
        let key = Arc::new(self.signer);
        origins.check_key(key.verifying_key())?;
        let ids = &environment.ids;
        let location = self.place.ledger();
        let Stores { ledger, keys, pool } = Stores::open(&self.place, ids, &environment.shutdown).await?;
        carry_out(&ledger, &keys).await?;
        let fence = FenceStore::open(&self.fence_path).await?;

        let metrics = LedgerMetrics::new(&environment.metrics);
        let logs = Arc::new(Logs::new(origins, environment.health.clone()));
        let recovered = recover(&ledger, &fence, key.known_keys(), &logs, &metrics).await;
        let Recovered { ends, signed } = recovered.map_err(|error| match error {
            RecoveryError::Store(error) => BuildError::Store(error),
            RecoveryError::UnknownOrigin { origin } => {
                BuildError::UnknownOrigin { fence_path: self.fence_path, origin, prefix: self.origin_prefix }
            }
            RecoveryError::OtherKey { origin } => {
                let key_name = key.verifying_key().name().to_owned();
                BuildError::OtherKey { ledger: location.to_string(), origin, key_name }
            }
        })?;

        let committer = Committer {
            writer: ledger.writer().await?,
            logs: Arc::clone(&logs),
            ends,
            clock: Arc::clone(&environment.clock),
            ids: Arc::clone(ids),
            keys: keys.clone(),
            reader: ContentReader::new(keys.clone()),
            pool,
            erasure_steps: self.erasure_steps,
            tile_roots: ledger.tile_roots().clone(),
            metrics: metrics.clone(),
            shutdown: environment.shutdown.clone(),
        };
        let queue = self.queue.at_least_working();
        let appender = Appender::start(queue, committer, &environment.metrics, &environment.shutdown);
        let follower = Arc::new(Follower {
            ledger: ledger.clone(),
            logs: Arc::clone(&logs),
            key: Arc::clone(&key),
            contents: keys.clone(),
            metrics: metrics.clone(),
            seen: Mutex::default(),
        });
        let signer = Signer {
            ledger: ledger.clone(),
            fence: fence.clone(),
            key: Arc::clone(&key),
            health: environment.health.clone(),
            logs: Arc::clone(&logs),
            appender: appender.clone(),
            signed,
            metrics: metrics.clone(),
        };
        let (coverage, witnessed) = (Arc::new(Coverage::new()), Witnessed::new());
        let courier = match self.witnesses {
            None => None,
            Some(config) => {
                let log = logs.of(&Workspace::log_of_logs());
                config.check(&log.key_of(key.verifying_key()))?;
                let client = egress(config.answer_within).map_err(BuildError::Egress)?;
                let (witnessed, coverage) = (witnessed.clone(), Arc::clone(&coverage));
                Some(Courier::new(config, client, ledger.clone(), &logs, witnessed, coverage, metrics).await?)
            }
        };
        let writer = Writer { logs: Arc::clone(&logs), appender: appender.clone(), coverage: Arc::clone(&coverage) };
        let tiles = TileSource { ledger: ledger.clone(), logs: Arc::clone(&logs), witnessed: witnessed.clone() };
        let rpc = LedgerRpc {
            ledger: ledger.clone(),
            follower: Arc::clone(&follower),
            contents: ContentReader::new(keys.clone()),
            logs,
            appender,
            key,
            coverage,
            witnessed,
            shutdown: environment.shutdown.clone(),
        };
        let erasure = ErasureRpc::new(rpc.clone(), self.pseudonyms, Arc::clone(ids));
        Ok(App {
            ledger,
            keys,
            fence,
            rpc: Box::new(rpc),
            erasure: Box::new(erasure),
            tiles,
            publisher: Mutex::new(Some(Box::new(Publisher::new(signer)))),
            covering: Mutex::new(Some(Box::new(Covering { writer, courier }))),
            follower,
        })
    }
}

impl App {
    /// Starts the publisher, which signs what is committed until [`Shutdown::closing`], and what follows the other processes of a shared
    /// database; starting again does nothing.
    pub fn spawn(&self, shutdown: &Shutdown) {
        let publisher = self.publisher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(publisher) = publisher {
            shutdown.spawn_until_closing("ledger-publisher", publisher.run(shutdown.closing()));
            if let Some(database) = self.ledger.shared() {
                let follower = Arc::clone(&self.follower).run(database.clone(), shutdown.closing());
                shutdown.spawn_until_closing("ledger-follower", follower);
            }
        }
    }

    /// Starts what covers signed checkpoints in the log of logs and takes those to witnesses; starting again does nothing.
    pub fn spawn_covering(&self, shutdown: &Shutdown) {
        let covering = self.covering.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(covering) = covering else { return };
        let Covering { writer, courier } = *covering;
        shutdown.spawn("ledger-log-of-logs", writer.run(shutdown.draining()));
        if let Some(courier) = courier {
            shutdown.spawn("ledger-witnesses", courier.run(shutdown.draining()));
        }
    }

    /// Returns the routes of checkpoints, tiles and entry bundles, for whoever reaches them without a token.
    pub fn tile_routes(&self) -> Router {
        tiles::routes(self.tiles.clone())
    }

    /// Returns the service, to be added to a [`Server`](service_kit::grpc::Server).
    pub fn service(&self) -> LedgerServiceServer<LedgerRpc> {
        LedgerServiceServer::new(LedgerRpc::clone(&self.rpc)).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Returns the service that erases and holds, to be added to a [`Server`](service_kit::grpc::Server).
    pub fn erasure_service(&self) -> ErasureServiceServer<ErasureRpc> {
        ErasureServiceServer::new(ErasureRpc::clone(&self.erasure)).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }

    /// Closes all files after a drain; what is in their write-ahead logs goes into the files themselves.
    pub async fn close(&self) {
        self.ledger.close().await;
        self.keys.close().await;
        self.fence.close().await;
    }
}
