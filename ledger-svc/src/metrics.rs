//! What the ledger counts, beside the queue depth and commit latency that its writer counts (label `writer="ledger"`).

use countersign_api::name::Workspace;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
};
use service_kit::metrics::{Metrics, seconds_histogram};

/// Names the log that a number is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LogLabel {
    workspace: String,
}

/// The ledger's own numbers.
#[derive(Debug, Clone)]
pub(crate) struct LedgerMetrics {
    pub(crate) entries: Counter,
    pub(crate) publish_seconds: Histogram,
    sizes: Family<LogLabel, Gauge>,
    signed_sizes: Family<LogLabel, Gauge>,
    clock_behind: Family<LogLabel, Gauge>,
    witnessed_sizes: Family<LogLabel, Gauge>,
    cosigned_sizes: Family<WitnessLabel, Gauge>,
    witness_faults: Family<WitnessLabel, Counter>,
}

/// Names the witness that a number is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WitnessLabel {
    witness: String,
}

impl LedgerMetrics {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        Self {
            entries: metrics.register("ledger_entries", "Entries appended", Counter::default()),
            publish_seconds: metrics.register(
                "ledger_publish_seconds",
                "Time from reading committed entries back to their stored checkpoint",
                seconds_histogram(),
            ),
            sizes: metrics.register("ledger_size", "Entries in a log", Family::default()),
            signed_sizes: metrics.register("ledger_signed_size", "Entries under a log's checkpoint", Family::default()),
            clock_behind: metrics.register(
                "ledger_clock_behind_seconds",
                "How far the clock is behind the last entry of a log",
                Family::default(),
            ),
            witnessed_sizes: metrics.register(
                "ledger_witnessed_size",
                "Entries under a checkpoint that enough witnesses cosigned",
                Family::default(),
            ),
            cosigned_sizes: metrics.register(
                "ledger_cosigned_size",
                "Size of the last checkpoint that a witness cosigned",
                Family::default(),
            ),
            witness_faults: metrics.register(
                "ledger_witness_faults",
                "Times that a witness did not cosign when asked",
                Family::default(),
            ),
        }
    }

    pub(crate) fn note_size(&self, workspace: &Workspace, size: u64) {
        set(&self.sizes, workspace, size);
    }

    /// Notes how far the clock is behind a log's last entry, in microseconds; tells whether it has just fallen behind by a second or more.
    pub(crate) fn note_clock_behind(&self, workspace: &Workspace, behind_us: i64) -> bool {
        let label = LogLabel { workspace: workspace.id().to_owned() };
        let behind_secs = (behind_us / 1_000_000).max(0);
        let before_secs = self.clock_behind.get_or_create(&label).set(behind_secs);
        before_secs == 0 && behind_secs > 0
    }

    pub(crate) fn note_signed_size(&self, workspace: &Workspace, size: u64) {
        set(&self.signed_sizes, workspace, size);
    }
}

impl LedgerMetrics {
    pub(crate) fn note_witnessed_size(&self, workspace: &Workspace, size: u64) {
        set(&self.witnessed_sizes, workspace, size);
    }

    pub(crate) fn note_cosigned_size(&self, witness: &str, size: u64) {
        let label = WitnessLabel { witness: witness.to_owned() };
        self.cosigned_sizes.get_or_create(&label).set(i64::try_from(size).unwrap_or(i64::MAX));
    }

    pub(crate) fn note_witness_fault(&self, witness: &str) {
        self.witness_faults.get_or_create(&WitnessLabel { witness: witness.to_owned() }).inc();
    }
}

fn set(family: &Family<LogLabel, Gauge>, workspace: &Workspace, size: u64) {
    let label = LogLabel { workspace: workspace.id().to_owned() };
    family.get_or_create(&label).set(i64::try_from(size).unwrap_or(i64::MAX));
}
