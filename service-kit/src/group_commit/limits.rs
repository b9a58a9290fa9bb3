use std::time::Duration;

/// The most jobs that wait in a queue unless its owner says otherwise.
pub const QUEUE_MAX: usize = 4_096;

/// The most jobs in one commit unless the writer's owner says otherwise.
pub const BATCH_MAX: usize = 1_024;

/// How soon a caller who found the queue full should come back.
pub(super) const RETRY_AFTER: Duration = Duration::from_millis(50);

/// The bounds of one writer, in jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most jobs that wait; above it a caller waits or is refused.
    pub queue_max: usize,
    /// The most jobs that share one commit.
    pub batch_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { queue_max: QUEUE_MAX, batch_max: BATCH_MAX }
    }
}
