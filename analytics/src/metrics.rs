//! What analytics counts.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use service_kit::metrics::{Metrics, seconds_histogram};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// The numbers of the feedback service.
#[derive(Debug, Clone)]
pub(crate) struct FeedbackMetrics {
    runs: Family<Outcome, Counter>,
    run_seconds: Histogram,
}

impl FeedbackMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        Self {
            runs: metrics.register("feedback_runs", "Report runs, by outcome", Family::default()),
            run_seconds: metrics.register(
                "feedback_run_seconds",
                "Time from the beginning of an export to its report in its folder",
                seconds_histogram(),
            ),
        }
    }

    pub(crate) fn note_run(&self, made: bool, elapsed: Duration) {
        self.runs.get_or_create(&Outcome { outcome: if made { "made" } else { "failed" } }).inc();
        self.run_seconds.observe(elapsed.as_secs_f64());
    }
}
