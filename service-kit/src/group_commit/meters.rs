use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
};

use crate::metrics::{Metrics, count_histogram, seconds_histogram};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WriterLabel {
    writer: &'static str,
}

/// What one writer counts; all writers share the families, each under its own label.
#[derive(Debug, Clone)]
pub(super) struct Meters {
    /// Jobs handed in and not yet part of a commit.
    pub(super) queue_depth: Gauge,
    /// From the start of a batch to its last answer.
    pub(super) commit_seconds: Histogram,
    /// Jobs in one commit.
    pub(super) batch_jobs: Histogram,
}

impl Meters {
    pub(super) fn new(metrics: &Metrics, writer: &'static str) -> Self {
        let label = WriterLabel { writer };
        let depth: Family<WriterLabel, Gauge> = Family::default();
        let seconds: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(seconds_histogram);
        let jobs: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(count_histogram);
        Self {
            queue_depth: metrics
                .register("writer_queue_depth", "Jobs that wait for their commit", depth)
                .get_or_create_owned(&label),
            commit_seconds: metrics
                .register("writer_commit_seconds", "Time of one commit, sync included", seconds)
                .get_or_create_owned(&label),
            batch_jobs: metrics
                .register("writer_batch_jobs", "Jobs that shared one commit", jobs)
                .get_or_create_owned(&label),
        }
    }
}
