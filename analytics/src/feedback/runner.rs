//! One run at a time: a bounded queue and the one task that drains it.

use std::sync::Arc;

use countersign_api::name::ReportName;
use service_kit::clock::Clock;
use service_kit::shutdown::Shutdown;
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument, Span};

use super::allowed_harm::AllowedHarm;
use super::reports::{Reports, StoredReport};
use super::run::{Exporter, RunError, run};
use crate::metrics::FeedbackMetrics;
use crate::report::Period;

/// Runs that may wait for the one at work.
const WAITING_MAX: usize = 16;

type Answer = Result<StoredReport, Arc<RunError>>;

struct Job {
    name: ReportName,
    period: Period,
    /// The span of the call that asks: the run is part of its trace.
    span: Span,
    answer: oneshot::Sender<Answer>,
}

/// Hands in runs; clones share one queue.
#[derive(Debug, Clone)]
pub(crate) struct Runner {
    jobs: mpsc::Sender<Job>,
}

/// Why a run gave no report.
#[derive(Debug)]
pub(crate) enum RunRefused {
    /// Too many runs wait.
    Full,
    /// The process ends.
    ShuttingDown,
    /// The run failed.
    Failed(Arc<RunError>),
}

/// Makes reports, one after the other.
pub(crate) struct Worker {
    jobs: mpsc::Receiver<Job>,
    exporter: Exporter,
    reports: Reports,
    clock: Arc<dyn Clock>,
    allowed_harm: Arc<dyn AllowedHarm>,
    metrics: FeedbackMetrics,
}

impl Runner {
    /// Makes the queue and the worker that drains it once it is started.
    pub(crate) fn new(
        exporter: Exporter,
        reports: Reports,
        clock: Arc<dyn Clock>,
        allowed_harm: Arc<dyn AllowedHarm>,
        metrics: FeedbackMetrics,
    ) -> (Self, Worker) {
        let (sender, jobs) = mpsc::channel(WAITING_MAX);
        (Self { jobs: sender }, Worker { jobs, exporter, reports, clock, allowed_harm, metrics })
    }

    /// Makes a report, after those asked for before. A caller who goes away does not stop it: asked again under the same name,
    /// it answers with what was made.
    pub(crate) async fn run(&self, name: ReportName, period: Period) -> Result<StoredReport, RunRefused> {
        let (answer, answered) = oneshot::channel();
        self.jobs.try_send(Job { name, period, span: Span::current(), answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RunRefused::Full,
            mpsc::error::TrySendError::Closed(_) => RunRefused::ShuttingDown,
        })?;
        match answered.await {
            Ok(answer) => answer.map_err(RunRefused::Failed),
            Err(_) => Err(RunRefused::ShuttingDown),
        }
    }
}

impl Worker {
    /// Makes reports until the drain begins. The one at work then is left: its export goes on with the next run.
    pub(crate) async fn work(mut self, shutdown: Shutdown) {
        let draining = shutdown.draining();
        tokio::pin!(draining);
        loop {
            let job = tokio::select! {
                job = self.jobs.recv() => job,
                () = &mut draining => return,
            };
            let Some(job) = job else { return };
            let started = tokio::time::Instant::now();
            let span = tracing::info_span!(parent: &job.span, "feedback_run", report = %job.name);
            let answer = tokio::select! {
                answer = self.make(&job).instrument(span) => answer,
                () = &mut draining => return,
            };
            self.metrics.note_run(answer.is_ok(), started.elapsed());
            match &answer {
                Ok(report) => tracing::info!(report = %job.name, log_size = report.made.log_size, "a report was made"),
                Err(error) => {
                    tracing::error!(report = %job.name, error = error as &dyn std::error::Error, "no report was made");
                }
            }
            // Whoever asked may have gone; the report is kept all the same.
            let _ = job.answer.send(answer.map_err(Arc::new));
        }
    }

    async fn make(&self, job: &Job) -> Result<StoredReport, RunError> {
        run(&self.exporter, &self.reports, &self.clock, &*self.allowed_harm, &job.name, job.period).await
    }
}
