use std::sync::Arc;
use std::time::Duration;

use service_kit::clock::Clock;

/// The pause before the second try.
const FIRST: Duration = Duration::from_millis(100);

/// No pause is longer, unless the server asks for it.
const LONGEST: Duration = Duration::from_secs(10);

/// How often a stream may be cut without an answer in between; the pauses between so many come to about 40 seconds.
pub const CUTS_MAX: u32 = 10;

/// Pauses before a stream is opened again, each twice the one before, until there is an answer.
#[derive(Debug)]
pub struct Backoff {
    clock: Arc<dyn Clock>,
    cuts: u32,
    asked: Duration,
}

impl Backoff {
    /// Begins without a cut.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, cuts: 0, asked: Duration::ZERO }
    }

    /// Counts a cut, after which the server asks for such a pause. Returns whether another try is worth it.
    pub fn cut(&mut self, asked: Option<Duration>) -> bool {
        self.cuts += 1;
        self.asked = asked.unwrap_or_default().min(LONGEST);
        self.cuts <= CUTS_MAX
    }

    /// Starts over: there was an answer.
    pub fn answered(&mut self) {
        self.cuts = 0;
        self.asked = Duration::ZERO;
    }

    /// Waits as long as the cuts so far ask for; not at all without one.
    pub async fn wait(&self) {
        if let Some(doublings) = self.cuts.checked_sub(1) {
            let pause = FIRST.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST).max(self.asked);
            self.clock.sleep_until(self.clock.now() + pause).await;
        }
    }
}
