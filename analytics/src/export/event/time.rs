//! Times of the contract as microseconds.

use prost_types::Timestamp;

/// Returns the microseconds since the Unix epoch; none when unset or beyond what 64 bits hold.
pub(super) fn micros(at: Option<&Timestamp>) -> Option<i64> {
    let at = at?;
    at.seconds.checked_mul(1_000_000)?.checked_add(i64::from(at.nanos / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_microseconds() {
        assert_eq!(micros(Some(&Timestamp { seconds: 2, nanos: 3_999 })), Some(2_000_003));
        assert_eq!(micros(Some(&Timestamp { seconds: i64::MAX, nanos: 0 })), None);
        assert_eq!(micros(None), None);
    }
}
