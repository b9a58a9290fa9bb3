use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that one permit stands for.
const PERMIT_BYTES: usize = 1_024;

/// The bytes that may wait for their commit, of all callers together.
#[derive(Debug, Clone)]
pub(super) struct Room {
    permits: Arc<Semaphore>,
    permits_max: usize,
}

impl Room {
    pub(super) fn new(bytes_max: usize) -> Self {
        let permits_max = bytes_max.div_ceil(PERMIT_BYTES);
        Self { permits: Arc::new(Semaphore::new(permits_max)), permits_max }
    }

    /// Takes room if there is some now.
    pub(super) fn try_take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_many_owned(self.permits_for(bytes)).ok()
    }

    /// Waits for room, first come, first served.
    pub(super) async fn take(&self, bytes: usize) -> OwnedSemaphorePermit {
        let permits = Arc::clone(&self.permits).acquire_many_owned(self.permits_for(bytes)).await;
        permits.expect("invariant: the semaphore is never closed")
    }

    fn permits_for(&self, bytes: usize) -> u32 {
        // A job larger than all the room waits until it is alone instead of for ever.
        let permits = bytes.div_ceil(PERMIT_BYTES).clamp(1, self.permits_max);
        u32::try_from(permits).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, poll};

    use super::*;

    #[tokio::test]
    async fn what_does_not_fit_waits_until_room_is_given_back() {
        let room = Room::new(4 * PERMIT_BYTES);
        let first = room.try_take(3 * PERMIT_BYTES).expect("room");
        assert!(room.try_take(2 * PERMIT_BYTES).is_none());
        let mut waiting = Box::pin(room.take(2 * PERMIT_BYTES));
        assert!(poll!(&mut waiting).is_pending());
        drop(first);
        assert!(waiting.now_or_never().is_some());
    }

    #[test]
    fn a_job_larger_than_the_room_takes_all_of_it() {
        let room = Room::new(2 * PERMIT_BYTES);
        let all = room.try_take(9 * PERMIT_BYTES).expect("room");
        assert!(room.try_take(1).is_none());
        drop(all);
        assert!(room.try_take(1).is_some());
    }
}
