use std::sync::atomic::{AtomicU8, Ordering};

const RUNNING: u8 = 0;
const CLOSED: u8 = 1;
const FAILED: u8 = 2;

/// Where a writer is in its life, seen by its callers.
///
/// Nothing else is published through it: it only picks the words of a refusal.
#[derive(Debug, Default)]
pub(super) struct State(AtomicU8);

impl State {
    /// Notes an orderly end, unless the writer failed before.
    pub(super) fn close(&self) {
        self.leave_running_for(CLOSED);
    }

    /// Notes a failure, unless the writer was closed before.
    pub(super) fn fail(&self) {
        self.leave_running_for(FAILED);
    }

    fn leave_running_for(&self, end: u8) {
        let _ = self.0.compare_exchange(RUNNING, end, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == CLOSED
    }

    pub(super) fn has_failed(&self) -> bool {
        self.0.load(Ordering::Relaxed) == FAILED
    }
}
