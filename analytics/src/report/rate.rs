//! Rates: how many of how many, never a bare percentage.

use polars::prelude::*;

use super::by::By;
use super::tally::{Tally, counts, texts};

/// Groups with fewer than this many are marked: their rates say little.
pub const SMALL_GROUP: u64 = 20;

/// Quantile of the normal distribution that leaves 2.5 % above it.
const Z_95: f64 = 1.959_963_984_540_054;

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

    /// Returns Wilson's 95 % interval for the share (Wilson 1927); none of nothing.
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.share()?;
        let n = as_float(self.denominator);
        let z2 = Z_95 * Z_95;
        let center = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z_95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        Some(((center - half).max(0.0), (center + half).min(1.0)))
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

    /// The examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn the_interval_is_wilsons() {
        for (numerator, denominator, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (computed_low, computed_high) = Rate { numerator, denominator }.interval().expect("an interval");
            assert!((computed_low - low).abs() < 5e-5, "{numerator}/{denominator}: {computed_low}");
            assert!((computed_high - high).abs() < 5e-5, "{numerator}/{denominator}: {computed_high}");
        }
    }

    #[test]
    fn twenty_are_no_longer_few() {
        assert!(Rate { numerator: 1, denominator: 19 }.is_small());
        assert!(!Rate { numerator: 1, denominator: 20 }.is_small());
    }
}
