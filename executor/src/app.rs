use std::sync::Arc;

use countersign_api::{
    candidate::v1::{ClaimExecutionsRequest, execution_service_client::ExecutionServiceClient},
    ledger::v1::ledger_service_client::LedgerServiceClient,
    name::Workspace,
};
use service_kit::{
    clock::Clock,
    grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES},
    metrics::Metrics,
    shutdown::Shutdown,
};
use tokio::sync::Semaphore;

use crate::{
    act::Actor,
    claim::{Claimer, RunError},
    config::{Config, ConfigError},
    connector::Connectors,
    growth::{Growth, MemoryError},
    held::Held,
    lease::Leases,
    meters::Meters,
    report::Reporter,
    store::{self, CheckpointStore},
    tally::Tally,
    verify::Verifier,
    work::Worker,
};

/// An executor, ready to work.
#[derive(Debug)]
pub struct App {
    claimers: Vec<Claimer>,
    memory: CheckpointStore,
}

/// Why an executor can not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Its configuration can not work.
    #[error("the executor's configuration can not work")]
    Config(#[from] ConfigError),
    /// Its memory can not be opened.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What it remembers can not be taken up.
    #[error("the executor can not take up what it remembers")]
    Memory(#[from] MemoryError),
    /// It could execute nothing.
    #[error("the executor has no connector; register one that performs an operation")]
    NoOperation,
}

impl App {
    /// Builds an executor that claims over `executions`, asks for proofs over `ledger` and acts through `connectors`.
    ///
    /// # Errors
    ///
    /// When the configuration can not work or the memory of checkpoints can not be taken up.
    pub async fn build(
        config: Config,
        clock: Arc<dyn Clock>,
        executions: AuthorizedChannel,
        ledger: AuthorizedChannel,
        connectors: Connectors,
        metrics: &Metrics,
    ) -> Result<Self, BuildError> {
        config.check()?;
        if connectors.operation_names().next().is_none() {
            return Err(BuildError::NoOperation);
        }
        let executions = ExecutionServiceClient::new(executions).max_decoding_message_size(TRANSPORT_MAX_BYTES);
        let ledger = LedgerServiceClient::new(ledger);
        let store = CheckpointStore::open(&config.memory_db).await?;
        let worker = worker(&config, &clock, &executions, connectors.clone(), metrics);
        let mut claimers = Vec::with_capacity(config.workspaces.len());
        for workspace in &config.workspaces {
            let origin = format!("{}/{workspace}", config.origin_prefix);
            let growth = Growth::recall(
                workspace.clone(),
                origin.clone(),
                &config.verifying_keys,
                Some(store.clone()),
                ledger.clone(),
                Arc::clone(&clock),
            )
            .await?;
            claimers.push(Claimer {
                request: request(&config, workspace, &connectors),
                client: executions.clone(),
                clock: Arc::clone(&clock),
                verifier: Verifier {
                    workspace: workspace.clone(),
                    origin,
                    keys: config.verifying_keys.clone(),
                    growth,
                    report_margin: config.report_margin,
                },
                worker: worker.clone(),
                held: Held::default(),
            });
        }
        Ok(Self { claimers, memory: store })
    }

    /// Executes whatever is approved, as it comes, until the drain begins, and closes the memory of checkpoints once
    /// nobody needs it any more. An executor that can not verify any more ends the process.
    pub fn spawn(self, shutdown: &Shutdown) {
        let (memory, closing) = (self.memory, shutdown.closing());
        shutdown.spawn_until_closing("executor_memory", async move {
            closing.await;
            memory.close().await;
        });
        for mut claimer in self.claimers {
            let until = shutdown.clone();
            shutdown.spawn_vital("executor", async move {
                if let Err(error) = claimer.run(false, &until).await {
                    tracing::error!(error = &error as &dyn std::error::Error, "an executor stops");
                }
            });
        }
    }

    /// Executes what is approved and recorded now, and returns once nothing is left to claim.
    ///
    /// # Errors
    ///
    /// When the server hands out no permits, or checkpoints can not be remembered.
    pub async fn run_until_drained(&mut self, shutdown: &Shutdown) -> Result<Tally, RunError> {
        let mut tally = Tally::default();
        for claimer in &mut self.claimers {
            tally.add(claimer.run(true, shutdown).await?);
        }
        Ok(tally)
    }

    /// Closes the memory of checkpoints of an executor that was not spawned, so that its file stands alone.
    pub async fn close(self) {
        self.memory.close().await;
    }
}

fn worker(
    config: &Config,
    clock: &Arc<dyn Clock>,
    executions: &ExecutionServiceClient<AuthorizedChannel>,
    connectors: Connectors,
    metrics: &Metrics,
) -> Worker {
    let meters = Meters::new(metrics);
    let leases = Leases {
        client: executions.clone(),
        clock: Arc::clone(clock),
        lease: config.lease,
        call_needs: config.call_deadline + config.report_margin,
    };
    let actor = Actor {
        connectors,
        clock: Arc::clone(clock),
        leases,
        call_deadline: config.call_deadline,
        places: Arc::new(Semaphore::new(config.calls_max)),
        meters: meters.clone(),
    };
    Worker { actor, reporter: Reporter { client: executions.clone(), clock: Arc::clone(clock) }, meters }
}

fn request(config: &Config, workspace: &Workspace, connectors: &Connectors) -> ClaimExecutionsRequest {
    ClaimExecutionsRequest {
        parent: workspace.to_string(),
        operations: connectors.operation_names().map(str::to_owned).collect(),
        lease: Some(config.lease.try_into().expect("invariant: a checked lease is at most 15 min")),
        max_in_flight: i32::try_from(config.in_flight_max).expect("invariant: checked to be at most 256"),
        drain: false,
        // Sent again on every connection: a permit that was lost with a cut stream comes back, one in hand is known.
        reissue_held: true,
    }
}
