use jiff::civil::{Date, Weekday};

/// Returns the day that lies so many working days after another; Saturdays and Sundays do not count.
///
/// At the end of the calendar it is the last day there is.
pub fn after_working_days(from: Date, days: u32) -> Date {
    let mut day = from;
    let mut left = days;
    while left > 0 {
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => return day,
        }
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    day
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn weekends_do_not_count() {
        let thursday = date(2026, 3, 5);
        assert_eq!(after_working_days(thursday, 1), date(2026, 3, 6));
        assert_eq!(after_working_days(thursday, 3), date(2026, 3, 10));
        assert_eq!(after_working_days(date(2017, 12, 31), 5), date(2018, 1, 5));
        assert_eq!(after_working_days(Date::MAX, 2), Date::MAX);
    }
}
