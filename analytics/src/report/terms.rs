//! What a report is asked for beside the export: everything else that its figures depend on.

use serde::{Deserialize, Serialize};

/// What a report is asked for. The same export under the same terms gives the same report; `report.json` says which they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Of 1,000 candidates looked at less closely, how many may turn out harmful: the review policy's word. None suggests nothing.
    pub harm_at_most_per_mille: Option<u32>,
    /// How long the period is that is compared with the one before it.
    pub period: Period,
}

/// A stretch of time before the last entry of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// Seven days.
    Week,
    /// Twenty-eight days: as many of every day of the week in each.
    #[default]
    FourWeeks,
}

const US_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;

impl Period {
    /// Returns the words for it.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::FourWeeks => "four weeks",
        }
    }

    /// Returns how long it is.
    pub(super) const fn micros(self) -> i64 {
        match self {
            Self::Week => 7 * US_PER_DAY,
            Self::FourWeeks => 28 * US_PER_DAY,
        }
    }
}

/// The most harm that a review policy may allow, of 1,000.
const HARM_MAX_PER_MILLE: u32 = 200;

impl Terms {
    /// Tells whether a report can have been asked for so.
    pub(super) fn are_possible(self) -> bool {
        self.harm_at_most_per_mille.is_none_or(|per_mille| (1..=HARM_MAX_PER_MILLE).contains(&per_mille))
    }

    /// Says what was asked for.
    pub(super) fn words(self) -> String {
        let period = self.period.words();
        match self.harm_at_most_per_mille {
            Some(harm) => format!("the last {period} against those before; harm of at most {harm} in 1,000"),
            None => format!("the last {period} against those before; no harm allowed, so no lighter review suggested"),
        }
    }

    /// Returns the harm that may be, as a share.
    pub(super) fn harm_at_most(self) -> Option<f64> {
        self.harm_at_most_per_mille.map(|per_mille| f64::from(per_mille) / 1_000.0)
    }
}
