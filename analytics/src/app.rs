//! Config → build → App: brings the parts together, starts the worker, hands out the service.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_api::feedback::v1::feedback_service_server::FeedbackServiceServer;
use service_kit::access::Pseudonyms;
use service_kit::clock::Clock;
use service_kit::grpc::TRANSPORT_MAX_BYTES;
use service_kit::metrics::Metrics;
use service_kit::shutdown::Shutdown;

use crate::feedback::{Exporter, Reports, Runner, WordReader, Worker};
use crate::metrics::FeedbackMetrics;
use crate::rpc::FeedbackRpc;

/// What the feedback service needs to know before it can be built.
#[derive(Debug)]
pub struct FeedbackConfig {
    /// How logs are exported.
    pub exporter: Exporter,
    /// The folder of reports: `{folder}/{workspace}/{report id}/`.
    pub report_folder: PathBuf,
    /// The pseudonyms of the ledger's leaves, under which people who propose are found.
    pub pseudonyms: Pseudonyms,
}

/// What the feedback service takes from the process it runs in.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Tells when a report was made.
    pub clock: Arc<dyn Clock>,
    /// Where runs are counted.
    pub metrics: Metrics,
}

/// The feedback service, ready to serve.
pub struct App {
    rpc: FeedbackRpc,
    worker: Mutex<Option<Worker>>,
}

impl FeedbackConfig {
    /// Brings the service together. Nothing is read or written before the first call.
    pub fn build(self, environment: &Environment) -> App {
        let reports = Reports::new(self.report_folder);
        let metrics = FeedbackMetrics::new(&environment.metrics);
        let words = WordReader::new(self.exporter.ledger.clone(), self.exporter.export_key.clone());
        let (runner, worker) = Runner::new(self.exporter, reports.clone(), Arc::clone(&environment.clock), metrics);
        let rpc = FeedbackRpc::new(runner, reports, words, self.pseudonyms);
        App { rpc, worker: Mutex::new(Some(worker)) }
    }
}

impl App {
    /// Starts the task that makes reports; starting again does nothing.
    pub fn spawn(&self, shutdown: &Shutdown) {
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker {
            shutdown.spawn("feedback-reports", worker.work(shutdown.clone()));
        }
    }

    /// Returns the service, to be added to a [`Server`](service_kit::grpc::Server).
    pub fn service(&self) -> FeedbackServiceServer<FeedbackRpc> {
        FeedbackServiceServer::new(self.rpc.clone()).max_decoding_message_size(TRANSPORT_MAX_BYTES)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").finish_non_exhaustive()
    }
}
