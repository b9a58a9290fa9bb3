//! How often reports are made by themselves.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::report::Period;

/// How often. Weeks begin on Monday (ISO 8601), days at midnight, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cadence {
    /// Every Monday: the week before, against the one before that.
    Week,
    /// On the first of every month: four weeks, against the four before.
    Month,
}

/// Says that a text names no cadence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no cadence: choose `week` or `month`")]
pub struct NoCadence(String);

impl Cadence {
    /// Returns how long the period is that its reports compare.
    pub const fn period(self) -> Period {
        match self {
            Self::Week => Period::Week,
            Self::Month => Period::FourWeeks,
        }
    }

    /// Returns when the stretch began in which `now` lies.
    pub fn began(self, now: Timestamp) -> Timestamp {
        midnight(self.first_day(now))
    }

    /// Returns when the next stretch begins.
    pub fn next(self, now: Timestamp) -> Timestamp {
        let first = self.first_day(now);
        let step = match self {
            Self::Week => 1.week(),
            Self::Month => 1.month(),
        };
        first.checked_add(step).map_or(Timestamp::MAX, midnight)
    }

    fn first_day(self, now: Timestamp) -> Date {
        let today = TimeZone::UTC.to_datetime(now).date();
        match self {
            Self::Week => {
                let since_monday = today.weekday().since(Weekday::Monday);
                today.checked_sub(i64::from(since_monday).days()).unwrap_or(Date::MIN)
            }
            Self::Month => today.first_of_month(),
        }
    }
}

fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

impl fmt::Display for Cadence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Week => "week",
            Self::Month => "month",
        })
    }
}

impl FromStr for Cadence {
    type Err = NoCadence;

    fn from_str(text: &str) -> Result<Self, NoCadence> {
        match text {
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            _ => Err(NoCadence(text.chars().take(100).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn weeks_begin_on_monday_and_months_on_the_first() {
        for (cadence, now, began, next) in [
            (Cadence::Week, "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-07T00:00:00Z"),
            (Cadence::Week, "2026-11-29T23:59:59.999999999Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            (Cadence::Week, "2027-01-01T12:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
            (Cadence::Month, "2026-12-31T23:00:00Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (Cadence::Month, "2028-02-29T08:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ] {
            assert_eq!((cadence.began(at(now)), cadence.next(at(now))), (at(began), at(next)), "{cadence} at {now}");
        }
    }

    #[test]
    fn cadences_read_back_as_written() {
        for cadence in [Cadence::Week, Cadence::Month] {
            assert_eq!(cadence.to_string().parse(), Ok(cadence));
        }
        assert!("daily".parse::<Cadence>().is_err());
    }
}
