//! Weeks.

use jiff::{Timestamp, tz::TimeZone};
use polars::prelude::*;

const US_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Adds a column with the week of a time in UTC, as ISO 8601 has it, `2026-W48`.
pub(super) fn with_week(mut rows: DataFrame, time: &str, name: &str) -> PolarsResult<DataFrame> {
    let at = rows.column(time)?.cast(&DataType::Int64)?;
    let mut last = None;
    let weeks: Vec<Option<String>> = at
        .i64()?
        .iter()
        .map(|at| {
            let day = at?.div_euclid(US_PER_DAY);
            match &last {
                Some((known, week)) if *known == day => Some(String::clone(week)),
                Some(_) | None => {
                    let week = week_of(day)?;
                    last = Some((day, week.clone()));
                    Some(week)
                }
            }
        })
        .collect();
    rows.with_column(Column::new(name.into(), weeks))?;
    Ok(rows)
}

fn week_of(day: i64) -> Option<String> {
    let at = Timestamp::from_microsecond(day.checked_mul(US_PER_DAY)?).ok()?;
    let week = at.to_zoned(TimeZone::UTC).date().iso_week_date();
    Some(format!("{:04}-W{:02}", week.year(), week.week()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday_and_belong_to_the_year_of_their_thursday() {
        // Days since 1970: 2026-11-29 and -30, 2026-12-31, 2027-01-03 and -04; the first one ever.
        for (day, week) in [
            (20_786, "2026-W48"),
            (20_787, "2026-W49"),
            (20_818, "2026-W53"),
            (20_821, "2026-W53"),
            (20_822, "2027-W01"),
            (0, "1970-W01"),
        ] {
            assert_eq!(week_of(day).as_deref(), Some(week), "{day}");
        }
    }
}
