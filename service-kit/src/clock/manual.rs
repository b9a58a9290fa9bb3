use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::watch;

use super::Clock;

/// A clock that moves only when it is told to; clones share one time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    now: Arc<watch::Sender<Timestamp>>,
}

impl ManualClock {
    /// Makes a clock that stands at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { now: Arc::new(watch::Sender::new(start)) }
    }

    /// Moves the clock forward and wakes everyone whose moment has come.
    ///
    /// # Panics
    /// When the sum leaves the range of a timestamp.
    pub fn advance(&self, by: Duration) {
        self.now.send_modify(|now| *now += by);
    }

    /// Puts the clock to `to`, backwards too, and wakes everyone whose moment has come.
    pub fn set(&self, to: Timestamp) {
        self.now.send_replace(to);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new(Timestamp::UNIX_EPOCH)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        // The future holds the sender as well: a wait never ends because the clock was dropped.
        let clock = Arc::clone(&self.now);
        Box::pin(async move {
            clock.subscribe().wait_for(|now| *now >= at).await.expect("the sender is held by this very future");
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, poll};

    use super::*;

    #[tokio::test]
    async fn a_waiter_wakes_only_when_its_moment_has_come() {
        let clock = ManualClock::default();
        let at = clock.now() + Duration::from_secs(10);
        let mut wait = clock.sleep_until(at);

        assert!(poll!(&mut wait).is_pending());
        clock.advance(Duration::from_secs(9));
        assert!(poll!(&mut wait).is_pending());
        clock.advance(Duration::from_secs(1));
        assert!(poll!(&mut wait).is_ready());
        assert_eq!(clock.now(), at);
    }

    #[tokio::test]
    async fn a_moment_already_past_is_ready_at_once() {
        let clock = ManualClock::default();
        assert!(clock.sleep_until(clock.now()).now_or_never().is_some());
    }

    #[tokio::test]
    async fn clones_share_one_time() {
        let clock = ManualClock::default();
        let other = clock.clone();
        other.advance(Duration::from_secs(3));
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + Duration::from_secs(3));
    }
}
