//! Figures as people read them.

use super::rate::Rate;

const MS_PER_SEC: u64 = 1_000;
const MS_PER_MIN: u64 = 60 * MS_PER_SEC;
const MS_PER_HOUR: u64 = 60 * MS_PER_MIN;
const MS_PER_DAY: u64 = 24 * MS_PER_HOUR;

/// Writes a count with a comma between thousands: `1,234,567`.
pub(super) fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a count and what is counted: `1 candidate`, `2 candidates`.
pub(super) fn counted(count: u64, unit: &str) -> String {
    format!("{} {unit}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// Writes a share with one decimal: `18.9 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Writes a duration in its two largest units: `850 ms`, `12.5 s`, `3 min 20 s`, `5 h 2 min`, `4 d 7 h`.
pub(super) fn duration(ms: u64) -> String {
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        small => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match ms {
        0..MS_PER_SEC => format!("{ms} ms"),
        MS_PER_SEC..MS_PER_MIN => format!("{}.{} s", ms / MS_PER_SEC, ms % MS_PER_SEC / 100),
        MS_PER_MIN..MS_PER_HOUR => two(ms / MS_PER_MIN, "min", ms % MS_PER_MIN / MS_PER_SEC, "s"),
        MS_PER_HOUR..MS_PER_DAY => two(ms / MS_PER_HOUR, "h", ms % MS_PER_HOUR / MS_PER_MIN, "min"),
        _ => two(ms / MS_PER_DAY, "d", ms % MS_PER_DAY / MS_PER_HOUR, "h"),
    }
}

/// Writes a rate with its counts and its interval: `81 of 263 (30.8 %, 95 % interval 25.3 % to 36.8 %)`.
pub(super) fn rate(rate: Rate) -> String {
    let counts = format!("{} of {}", thousands(rate.numerator), thousands(rate.denominator));
    let (Some(share), Some((low, high))) = (rate.share(), rate.interval()) else { return counts };
    let small = if rate.is_small() { "; a small group" } else { "" };
    format!("{counts} ({}, 95 % interval {} to {}{small})", percent(share), percent(low), percent(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(count), text);
        }
        assert_eq!((counted(1, "candidate"), counted(0, "candidate")), ("1 candidate".into(), "0 candidates".into()));
    }

    #[test]
    fn durations_have_at_most_two_units() {
        for (ms, text) in [
            (850, "850 ms"),
            (12_560, "12.5 s"),
            (60_000, "1 min"),
            (200_000, "3 min 20 s"),
            (18_120_000, "5 h 2 min"),
            (4 * 86_400_000 + 7 * 3_600_000 + 59_000, "4 d 7 h"),
        ] {
            assert_eq!(duration(ms), text);
        }
    }

    #[test]
    fn a_rate_never_goes_without_its_counts() {
        let text = rate(Rate { numerator: 81, denominator: 263 });
        assert_eq!(text, "81 of 263 (30.8 %, 95 % interval 25.3 % to 36.8 %)");
        assert_eq!(rate(Rate { numerator: 0, denominator: 0 }), "0 of 0");
        assert!(rate(Rate { numerator: 1, denominator: 2 }).ends_with("; a small group)"));
    }
}
