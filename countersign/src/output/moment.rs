use jiff::tz::TimeZone;
use prost_types::Timestamp;

/// Shows a time to the second, in UTC; a dash when it is not set.
pub fn moment(time: Option<&Timestamp>) -> String {
    moment_or(time, "-")
}

/// Shows a time to the second, in UTC, or `none` when it is not set.
pub fn moment_or(time: Option<&Timestamp>, none: &str) -> String {
    let shown = time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    shown.map_or_else(|| none.to_owned(), |time| time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_to_the_second_and_its_absence_in_words() {
        let time = Timestamp { seconds: 1_700_000_000, nanos: 999_999_999 };
        assert_eq!(moment(Some(&time)), "2023-11-14 22:13:20");
        assert_eq!(moment_or(None, "until evidence"), "until evidence");
    }
}
