//! Config → build → App: brings the parts together, starts the worker, hands out the service.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use countersign_api::feedback::v1::feedback_service_server::FeedbackServiceServer;
use service_kit::access::Pseudonyms;
use service_kit::clock::Clock;
use service_kit::grpc::TRANSPORT_MAX_BYTES;
use service_kit::metrics::Metrics;
use service_kit::shutdown::Shutdown;

use crate::feedback::{AllowedHarm, Exporter, Reports, Runner, Schedule, Scheduler, WordReader, Worker};
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
    /// Says how much harm the review policy in force allows.
    pub allowed_harm: Arc<dyn AllowedHarm>,
    /// What is made by itself; none where nothing is.
    pub schedule: Option<Schedule>,
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
    work: Mutex<Option<Work>>,
}

/// What goes on in the background once it is started.
struct Work {
    worker: Worker,
    scheduler: Option<Scheduler>,
}

impl FeedbackConfig {
    /// Brings the service together. Nothing is read or written before the first call.
    pub fn build(self, environment: &Environment) -> App {
        let reports = Reports::new(self.report_folder);
        let metrics = FeedbackMetrics::new(&environment.metrics);
        let ledger = self.exporter.ledger.clone();
        let words = WordReader::new(self.exporter.ledger.clone(), self.exporter.export_key.clone());
        let clock = Arc::clone(&environment.clock);
        let (runner, worker) =
            Runner::new(self.exporter, reports.clone(), Arc::clone(&clock), self.allowed_harm, metrics);
        let scheduler = self.schedule.map(|schedule| Scheduler {
            schedule,
            runner: runner.clone(),
            reports: reports.clone(),
            ledger,
            clock,
        });
        let rpc = FeedbackRpc::new(runner, reports, words, self.pseudonyms);
        App { rpc, work: Mutex::new(Some(Work { worker, scheduler })) }
    }
}

impl App {
    /// Starts the tasks that make reports, asked for and by themselves; starting again does nothing.
    pub fn spawn(&self, shutdown: &Shutdown) {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Work { worker, scheduler }) = work else { return };
        shutdown.spawn("feedback-reports", worker.work(shutdown.clone()));
        if let Some(scheduler) = scheduler {
            shutdown.spawn("feedback-schedule", scheduler.run(shutdown.clone()));
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
