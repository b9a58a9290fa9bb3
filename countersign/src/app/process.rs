use std::sync::Arc;

use service_kit::access::{Access, AccessPolicy};
use service_kit::clock::{Clock, SystemClock};
use service_kit::grpc::{AuthorizedChannel, Builder, Server};
use service_kit::health::Health;
use service_kit::ids::{Ids, RandomIds};
use service_kit::metrics::Metrics;
use service_kit::shutdown::Shutdown;

/// What all services in one process share.
#[derive(Debug, Clone)]
pub struct Process {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Where everybody counts.
    pub metrics: Metrics,
    /// Where faults are reported.
    pub health: Health,
    /// Starts and ends every task.
    pub shutdown: Shutdown,
}

impl Process {
    /// Begins with nothing running.
    pub fn new() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            metrics: Metrics::new(),
            health: Health::new(),
            shutdown: Shutdown::new(),
        }
    }

    /// Returns what the ledger takes from the process.
    pub fn for_ledger(&self) -> ledger_svc::Environment {
        ledger_svc::Environment {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            metrics: self.metrics.clone(),
            health: self.health.clone(),
            shutdown: self.shutdown.clone(),
        }
    }

    /// Returns what candidate-svc takes from the process, with its way to the ledger.
    pub fn for_candidates(&self, ledger: AuthorizedChannel) -> candidate_svc::Environment {
        candidate_svc::Environment {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            ledger,
            metrics: self.metrics.clone(),
            health: self.health.clone(),
            shutdown: self.shutdown.clone(),
        }
    }

    /// Returns what the feedback service takes from the process.
    pub fn for_feedback(&self) -> analytics::Environment {
        analytics::Environment { clock: Arc::clone(&self.clock), metrics: self.metrics.clone() }
    }

    /// Begins a server that lets in whom `access` knows, to what the policy permits.
    pub fn server(&self, access: &Arc<Access>, policy: &AccessPolicy) -> Builder {
        Server::builder(Arc::clone(access), &self.metrics, &self.health, &self.shutdown).access_policy(policy.clone())
    }
}
