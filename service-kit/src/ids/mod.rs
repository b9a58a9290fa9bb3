//! Ids and random bytes as an argument: the one place that draws randomness.

mod random;
mod seeded;

use jiff::Timestamp;
use uuid::{Builder, Uuid};

pub use random::RandomIds;
pub use seeded::SeededIds;

/// Draws ids and random bytes; handed to whoever needs either.
pub trait Ids: Send + Sync + std::fmt::Debug {
    /// Returns a new `UUIDv7` (RFC 9562) whose time part is `now` in milliseconds.
    fn uuid_v7(&self, now: Timestamp) -> Uuid;

    /// Returns 32 new random bytes.
    fn random_32(&self) -> [u8; 32];
}

fn uuid_v7_from(now: Timestamp, random: [u8; 10]) -> Uuid {
    // The format has no room for a time before 1970: such a clock counts as 1970.
    let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid()
}
