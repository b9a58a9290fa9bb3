//! Points in time as the domain keeps them.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A point in time, cut to whole microseconds: the finest that every store keeps, so what is read back equals what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Timestamp", into = "Timestamp")]
pub struct Moment(Timestamp);

impl Moment {
    /// Returns the moment so many milliseconds later; the last moment there is when that lies beyond it.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Self {
        let duration = SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX));
        Self::from(self.0.checked_add(duration).unwrap_or(Timestamp::MAX))
    }

    /// Returns the moment so many seconds later; the last moment there is when that lies beyond it.
    #[must_use]
    pub fn plus_secs(self, secs: u64) -> Self {
        self.plus_ms(secs.saturating_mul(1000))
    }

    /// Returns the moment so many seconds earlier; the first moment there is when that lies before it.
    #[must_use]
    pub fn minus_secs(self, secs: u64) -> Self {
        let duration = SignedDuration::from_secs(i64::try_from(secs).unwrap_or(i64::MAX));
        Self::from(self.0.checked_sub(duration).unwrap_or(Timestamp::MIN))
    }

    /// Returns it as a timestamp.
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Returns the microseconds since 1970.
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }
}

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        let micros = timestamp.as_nanosecond().div_euclid(1000);
        let cut = i64::try_from(micros).ok().and_then(|micros| Timestamp::from_microsecond(micros).ok());
        // Rounding down leaves the range only at its very first nanoseconds, which are whole microseconds.
        Self(cut.unwrap_or(Timestamp::MIN))
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nanoseconds_are_cut_off_never_rounded_up() {
        for (nanos, micros) in [(1_999, 1), (1_000, 1), (999, 0), (-1, -1), (-1_000, -1), (-1_001, -2)] {
            let timestamp = Timestamp::from_nanosecond(nanos).expect("in range");
            assert_eq!(Moment::from(timestamp).as_micros(), micros, "{nanos}");
        }
    }

    #[test]
    fn adding_stops_at_the_end_of_time() {
        assert_eq!(Moment::from(Timestamp::UNIX_EPOCH).plus_secs(2).as_micros(), 2_000_000);
        assert_eq!(Moment::from(Timestamp::UNIX_EPOCH).plus_secs(u64::MAX), Moment::from(Timestamp::MAX));
    }
}
