use jiff::civil::Date;
use jiff::tz::TimeZone;
use prost_types::Timestamp;

/// Reads a time as people write it: `2026-12-02T09:00:00Z`, or a day, which begins at midnight UTC.
///
/// # Errors
/// Says how to write one.
pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>().or_else(|_| {
        text.parse::<Date>().and_then(|day| day.to_zoned(TimeZone::UTC)).map(|midnight| midnight.timestamp())
    });
    time.map(|time| Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() })
        .map_err(|_| format!("`{text}` is no time; write e.g. `2026-12-02` or `2026-12-02T09:00:00Z`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_a_time_is_taken_exactly() {
        assert_eq!(parse_time("2023-11-14").expect("a day").seconds, 1_699_920_000);
        assert_eq!(parse_time("2023-11-14T22:13:20Z").expect("a time").seconds, 1_700_000_000);
        assert!(parse_time("tomorrow").is_err());
        assert!(parse_time("2023-02-30").is_err());
    }
}
