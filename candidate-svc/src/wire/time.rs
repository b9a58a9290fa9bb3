//! Times and durations.

use jiff::Timestamp;
use prost_types::{Duration as WireDuration, Timestamp as WireTimestamp};

use super::FieldError;
use crate::domain::Moment;

/// Writes a moment as the contract has it.
pub fn to_wire(moment: Moment) -> WireTimestamp {
    let timestamp = moment.timestamp();
    // protobuf counts nanoseconds forwards from the second, also before 1970.
    let nanos = timestamp.as_nanosecond().rem_euclid(1_000_000_000);
    let seconds = timestamp.as_nanosecond().div_euclid(1_000_000_000);
    WireTimestamp {
        seconds: i64::try_from(seconds).expect("invariant: a timestamp's seconds fit 64 bits"),
        nanos: i32::try_from(nanos).expect("invariant: a remainder below 10^9 fits 32 bits"),
    }
}

/// Reads a moment, cut to whole microseconds.
///
/// # Errors
/// When it is not a time that the contract can hold.
pub fn from_wire(time: WireTimestamp) -> Result<Moment, FieldError> {
    let error =
        || FieldError::new("", "is not a time: nanoseconds from 0 to 999,999,999, and before 9999-12-30T22:00:01Z");
    if !(0..1_000_000_000).contains(&time.nanos) {
        return Err(error());
    }
    let nanos = i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos);
    Timestamp::from_nanosecond(nanos).map(Moment::from).map_err(|_| error())
}

/// Writes whole milliseconds as a duration.
pub fn ms_to_wire(ms: u64) -> WireDuration {
    let nanos =
        i32::try_from(ms % 1_000 * 1_000_000).expect("invariant: less than a second of nanoseconds fits 32 bits");
    WireDuration { seconds: i64::try_from(ms / 1_000).unwrap_or(i64::MAX), nanos }
}

/// Writes whole seconds as a duration.
pub fn secs_to_wire(secs: u64) -> WireDuration {
    WireDuration { seconds: i64::try_from(secs).unwrap_or(i64::MAX), nanos: 0 }
}

/// Reads a duration in whole seconds; the rest is cut off.
///
/// # Errors
/// When it is negative or not of the contract's form.
pub fn secs_from_wire(duration: WireDuration) -> Result<u64, FieldError> {
    ms_from_wire(duration).map(|ms| ms / 1_000)
}

/// Reads a duration in whole milliseconds; the rest is cut off.
///
/// # Errors
/// When it is negative or not of the contract's form.
pub fn ms_from_wire(duration: WireDuration) -> Result<u64, FieldError> {
    let error = || FieldError::new("", "is not a duration of zero or more");
    let seconds = u64::try_from(duration.seconds).map_err(|_| error())?;
    let nanos = u64::try_from(duration.nanos).ok().filter(|nanos| *nanos < 1_000_000_000).ok_or_else(error)?;
    seconds.checked_mul(1_000).and_then(|ms| ms.checked_add(nanos / 1_000_000)).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_as_written() {
        for micros in [0, 1, -1, 1_780_000_000_123_456, -62_135_596_800_000_000] {
            let moment = Moment::from(Timestamp::from_microsecond(micros).expect("in range"));
            let wire = to_wire(moment);
            assert!((0..1_000_000_000).contains(&wire.nanos), "{wire:?}");
            assert_eq!(from_wire(wire), Ok(moment));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (seconds, nanos) in [(i64::MAX, 0), (i64::MIN, 0), (0, -1), (0, 1_000_000_000)] {
            assert!(from_wire(WireTimestamp { seconds, nanos }).is_err(), "{seconds} {nanos}");
        }
    }

    #[test]
    fn a_duration_reads_back_in_milliseconds() {
        for ms in [0, 1, 999, 1_000, 86_400_123] {
            assert_eq!(ms_from_wire(ms_to_wire(ms)), Ok(ms));
        }
        assert_eq!(ms_from_wire(WireDuration { seconds: 1, nanos: 999_999 }), Ok(1_000));
        for (seconds, nanos) in [(-1, 0), (0, -1), (0, 1_000_000_000), (i64::MAX, 0)] {
            assert!(ms_from_wire(WireDuration { seconds, nanos }).is_err(), "{seconds} {nanos}");
        }
    }
}
