use std::time::Duration;

use tokio::time::Instant;

use crate::log::Logs;

/// How long the publisher rests after a round while nobody waits for a checkpoint.
///
/// A round costs reading back, and syncs of two files: with one after every commit, they and the appends would wait for the same disk.
const REST: Duration = Duration::from_millis(100);

/// When the next round begins: at once when somebody waits for a checkpoint, else when the rest after the last one is over.
#[derive(Debug)]
pub(super) struct Pace {
    rest_ends_at: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rest_ends_at: Instant::now() }
    }
}

impl Pace {
    /// Waits until something is committed and it is time to sign it.
    pub(super) async fn next_round(&self, logs: &Logs) {
        logs.committed().await;
        tokio::select! {
            () = logs.awaited() => {}
            () = tokio::time::sleep_until(self.rest_ends_at) => {}
        }
    }

    /// Begins the rest after a round.
    pub(super) fn begin_rest(&mut self) {
        self.rest_ends_at = Instant::now() + REST;
    }
}

#[cfg(test)]
mod tests {
    use countersign_api::name::Workspace;
    use service_kit::health::Health;

    use super::*;
    use crate::{log::Head, origin::Origins};

    fn logs_with_a_commit() -> Logs {
        let logs = Logs::new(Origins::new("countersign.local").expect("a prefix"), Health::new());
        commit(&logs, 1);
        logs
    }

    fn commit(logs: &Logs, size: u64) {
        let log = logs.of(&Workspace::new("demo").expect("an id"));
        logs.note_committed(&log, Head { size, ..Head::empty() });
    }

    async fn waited(pace: &Pace, logs: &Logs) -> Duration {
        let began_at = Instant::now();
        pace.next_round(logs).await;
        began_at.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_commit_after_a_rest_is_signed_at_once() {
        let logs = logs_with_a_commit();
        let mut pace = Pace::default();
        assert_eq!(waited(&pace, &logs).await, Duration::ZERO);
        pace.begin_rest();
        tokio::time::advance(REST).await;
        commit(&logs, 2);
        assert_eq!(waited(&pace, &logs).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_waits_for_is_signed_when_the_rest_is_over() {
        let logs = logs_with_a_commit();
        let mut pace = Pace::default();
        pace.begin_rest();
        let waited = waited(&pace, &logs).await;
        assert!((REST..REST + Duration::from_millis(2)).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn somebody_who_waits_ends_the_rest() {
        let logs = logs_with_a_commit();
        let mut pace = Pace::default();
        pace.begin_rest();
        logs.await_checkpoint();
        assert_eq!(waited(&pace, &logs).await, Duration::ZERO);
    }
}
