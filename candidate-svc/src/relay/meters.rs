use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::{counter::Counter, gauge::Gauge};
use service_kit::metrics::Metrics;

/// What relays count, all workspaces together.
#[derive(Debug, Clone)]
pub(super) struct Meters {
    /// Events that got their receipt.
    pub(super) recorded: Counter,
    /// Tries that the ledger refused or did not answer.
    pub(super) failures: Counter,
    /// How long ago the oldest event without a receipt happened.
    pub(super) lag_seconds: Gauge<f64, AtomicU64>,
}

impl Meters {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            recorded: metrics.register("relay_recorded_events", "Events that got their receipt", Counter::default()),
            failures: metrics.register(
                "relay_failures",
                "Appends that failed and were tried again",
                Counter::default(),
            ),
            lag_seconds: metrics.register(
                "outbox_lag_seconds",
                "Age of the oldest event that the relay last found without a receipt",
                Gauge::default(),
            ),
        }
    }
}
