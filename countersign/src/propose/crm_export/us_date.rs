use jiff::civil::Date;

/// Reads a date as the United States write it: month, day, year, such as `3/14/2017`.
///
/// # Errors
/// Why it is none, quoting it.
pub fn read_us_date(text: &str) -> Result<Date, String> {
    let mut parts = text.trim().splitn(3, '/');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        let fits = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { part.parse::<i16>().ok() } else { None }
    };
    let read = (number(1..=2), number(1..=2), number(4..=4));
    let (Some(month), Some(day), Some(year)) = read else {
        return Err(format!("`{text}` is not a date; write month/day/year, such as 3/14/2017"));
    };
    // Two digits always fit.
    let small = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    Date::new(year, small(month), small(day))
        .map_err(|_| format!("`{text}` is no day of the calendar; write month/day/year, such as 3/14/2017"))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn month_comes_first_with_or_without_zeros() {
        for text in ["3/4/2017", "03/04/2017", " 3/4/2017 "] {
            assert_eq!(read_us_date(text), Ok(date(2017, 3, 4)));
        }
        assert_eq!(read_us_date("2/29/2016"), Ok(date(2016, 2, 29)));
    }

    #[test]
    fn what_is_no_date_is_quoted() {
        let broken = [
            "13/45/2017",
            "2/29/2017",
            "0/1/2017",
            "2017-03-04",
            "3/4/17",
            "3/4",
            "3/4/2017/1",
            "+3/4/2017",
            "-1/4/2017",
            "x",
        ];
        for text in broken {
            let reason = read_us_date(text).expect_err(text);
            assert!(reason.contains(&format!("`{text}`")), "{reason}");
        }
    }
}
