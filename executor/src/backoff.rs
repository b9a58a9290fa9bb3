use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;

/// The first pause.
const FIRST: Duration = Duration::from_millis(50);

/// No pause is longer.
pub(crate) const LONGEST: Duration = Duration::from_secs(30);

/// Pauses between tries, each twice the one before, by the clock that was handed in.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    clock: Arc<dyn Clock>,
    next: Duration,
}

impl Backoff {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, next: FIRST }
    }

    /// Waits before the next try.
    pub(crate) async fn wait(&mut self) {
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        self.clock.sleep_until(self.clock.now() + pause).await;
    }

    /// Starts over with the first pause.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use futures::{FutureExt, poll};
    use service_kit::clock::ManualClock;

    use super::*;

    /// Waits once while the clock moves, and returns how long it had to.
    async fn one_pause(backoff: &mut Backoff, clock: &ManualClock) -> Duration {
        let before = clock.now();
        let mut wait = Box::pin(backoff.wait());
        while poll!(&mut wait).is_pending() {
            clock.advance(Duration::from_millis(50));
        }
        Duration::try_from(clock.now().duration_since(before)).expect("the clock moves forward")
    }

    #[tokio::test]
    async fn pauses_double_up_to_the_longest_and_start_over() {
        let clock = ManualClock::default();
        let mut backoff = Backoff::new(Arc::new(clock.clone()));
        assert!(backoff.clone().wait().now_or_never().is_none());
        for expected_ms in [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000] {
            assert_eq!(one_pause(&mut backoff, &clock).await, Duration::from_millis(expected_ms));
        }
        backoff.reset();
        assert_eq!(one_pause(&mut backoff, &clock).await, Duration::from_millis(50));
    }
}
