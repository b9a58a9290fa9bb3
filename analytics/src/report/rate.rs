//! Rates: how many of how many, never a bare percentage.

use polars::prelude::*;

use super::by::By;
use super::tally::{Tally, counts, texts};
use crate::statistics::exact_interval;

/// Groups with fewer than this many are marked: their rates say little.
pub const SMALL_GROUP: u64 = 20;

/// The chance, at most, that an interval of the report misses what is true.
pub(super) const MISSES: f64 = 0.05;

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub numerator: u64,
    /// Of how many.
    pub denominator: u64,
}

impl Rate {
    /// Returns the share, from 0 to 1; none of nothing.
    pub fn share(self) -> Option<f64> {
        (self.denominator > 0).then(|| as_float(self.numerator) / as_float(self.denominator))
    }

    /// Returns the exact 95 % interval for the share, as Clopper and Pearson have it; none of nothing.
    pub fn interval(self) -> Option<(f64, f64)> {
        exact_interval(self.numerator, self.denominator, MISSES)
    }

    /// Tells whether the group is too small to say much.
    pub const fn is_small(self) -> bool {
        self.denominator < SMALL_GROUP
    }
}

/// The rate of every group of one grouping, the largest group first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rates {
    /// What the groups are.
    pub by: By,
    /// Group and rate.
    pub groups: Vec<(String, Rate)>,
}

/// Counts, in every group, the candidates that fulfil `within`, and how many of these fulfil `hit`.
pub(super) fn count(candidates: LazyFrame, by: By, within: &Expr, hit: Expr) -> LazyFrame {
    let yes = |condition: Expr| condition.fill_null(lit(false)).cast(DataType::UInt64).sum();
    candidates
        .group_by([by.group()])
        .agg([yes(within.clone().and(hit)).alias("numerator"), yes(within.clone()).alias("denominator")])
}

/// Starts the tally of a rate.
pub(super) fn tally() -> Tally {
    Tally::new(&["group"], &["numerator", "denominator"])
}

/// Reads the rates of a tally. Groups without denominator are left out.
pub(super) fn read(by: By, tally: Tally) -> PolarsResult<Rates> {
    let total = tally.total()?;
    let rates = counts(&total, "numerator")?.into_iter().zip(counts(&total, "denominator")?);
    let rates = rates.map(|(numerator, denominator)| Rate { numerator, denominator });
    let mut groups: Vec<(String, Rate)> = texts(&total, "group")?.into_iter().zip(rates).collect();
    groups.retain(|(_, rate)| rate.denominator > 0);
    groups.sort_by(|(a, x), (b, y)| y.denominator.cmp(&x.denominator).then_with(|| a.cmp(b)));
    Ok(Rates { by, groups })
}

/// Counts of a log stay far below 2^53, where doubles begin to skip whole numbers.
#[expect(clippy::cast_precision_loss, reason = "counts of a log stay below 2^53")]
pub(super) const fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_nothing_is_no_rate() {
        let rate = Rate { numerator: 0, denominator: 0 };
        assert_eq!((rate.share(), rate.interval()), (None, None));
        assert!(rate.is_small());
    }

    #[test]
    fn the_interval_is_the_exact_one() {
        let (low, high) = Rate { numerator: 81, denominator: 263 }.interval().expect("an interval");
        assert!((low - 0.2527).abs() < 5e-5 && (high - 0.3676).abs() < 5e-5, "{low} to {high}");
    }

    #[test]
    fn twenty_are_no_longer_few() {
        assert!(Rate { numerator: 1, denominator: 19 }.is_small());
        assert!(!Rate { numerator: 1, denominator: 20 }.is_small());
    }
}
