use jiff::SignedDuration;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
};
use service_kit::metrics::{Metrics, seconds_histogram};

use crate::outcome::Outcome;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SystemLabel {
    system: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

/// What the executor counts.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    call_seconds: Family<SystemLabel, Histogram, fn() -> Histogram>,
    outcomes: Family<OutcomeLabel, Counter>,
    /// Permits that did not verify.
    pub(crate) doubts: Counter,
    /// Permits received and not yet reported.
    pub(crate) in_hand: Gauge,
}

impl Meters {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let call_seconds = Family::new_with_constructor(seconds_histogram as fn() -> Histogram);
        Self {
            call_seconds: metrics.register("executor_call_seconds", "Time of one connector call", call_seconds),
            outcomes: metrics.register("executor_outcomes", "Outcomes reported and answered", Family::default()),
            doubts: metrics.register("executor_doubts", "Permits that did not verify", Counter::default()),
            in_hand: metrics.register("executor_in_hand", "Permits received and not yet reported", Gauge::default()),
        }
    }

    pub(crate) fn called(&self, system: &'static str, took: SignedDuration) {
        self.call_seconds.get_or_create_owned(&SystemLabel { system }).observe(took.as_secs_f64());
    }

    pub(crate) fn reported(&self, outcome: &Outcome) {
        let outcome = match outcome {
            Outcome::Succeeded { .. } => "succeeded",
            Outcome::Failed { .. } => "failed",
            Outcome::Unknown { .. } => "unknown",
        };
        self.outcomes.get_or_create_owned(&OutcomeLabel { outcome }).inc();
    }
}
