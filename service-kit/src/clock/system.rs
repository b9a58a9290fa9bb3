use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::Clock;

/// The longest single sleep, so that a stepped wall clock is noticed within this time.
const SLEEP_MAX: Duration = Duration::from_secs(30);

/// The machine's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            // A timer counts monotonic time, `at` is wall time: after each sleep the wall clock is asked again.
            while let Some(left) = time_left(Self.now(), at) {
                tokio::time::sleep(left.min(SLEEP_MAX)).await;
            }
        })
    }
}

fn time_left(now: Timestamp, at: Timestamp) -> Option<Duration> {
    let left = Duration::try_from(at.duration_since(now)).ok()?;
    // Timers tick in milliseconds; rounding up avoids a spin through the last fraction of one.
    (!left.is_zero()).then(|| left.max(Duration::from_millis(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_the_past_leaves_nothing_to_wait() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(time_left(now, now), None);
        assert_eq!(time_left(now, now - Duration::from_secs(5)), None);
        assert_eq!(time_left(now, now + Duration::from_secs(5)), Some(Duration::from_secs(5)));
    }

    #[tokio::test]
    async fn waits_until_the_wall_clock_has_passed_the_moment() {
        let clock = SystemClock;
        let at = clock.now() + Duration::from_millis(20);
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
    }
}
