//! Time as an argument: the one place that reads the machine's wall clock.

mod manual;
mod system;

use futures::future::BoxFuture;
use jiff::Timestamp;

pub use manual::ManualClock;
pub use system::SystemClock;

/// Tells the time and waits for it; handed to whoever needs either.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Returns the present moment.
    fn now(&self) -> Timestamp;

    /// Returns a future that is ready once [`Clock::now`] is at `at` or past it; at once when it already is.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()>;
}
