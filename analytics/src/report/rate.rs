//! Rates: how many of how many, never a bare percentage.

use polars::prelude::*;

use super::by::By;
use super::definition::Definition;
use super::tally::marked;
use statistics::{as_float, exact_interval};

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

/// The rate of every group of one grouping, the largest group first, weeks in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rates {
    /// What the groups are.
    pub by: By,
    /// Group and rate.
    pub groups: Vec<(String, Rate)>,
}

/// Marks the rows that fulfil `within`, and those of them that fulfil `hit`: two columns that add up to denominator and numerator.
///
/// They are named after the question, so that one frame can carry the marks of many.
pub(super) fn mark(rows: LazyFrame, question: &Definition, within: &Expr, hit: Expr) -> LazyFrame {
    rows.with_columns([
        marked(within.clone().and(hit)).alias(numerator_of(question)),
        marked(within.clone()).alias(denominator_of(question)),
    ])
}

/// Names the column that adds up to the numerator.
pub(super) fn numerator_of(question: &Definition) -> String {
    format!("{} numerator", question.id)
}

/// Names the column that adds up to the denominator.
pub(super) fn denominator_of(question: &Definition) -> String {
    format!("{} denominator", question.id)
}

/// Puts groups in order; those without denominator are left out.
pub(super) fn ordered(by: By, groups: impl IntoIterator<Item = (String, Rate)>) -> Rates {
    let mut groups: Vec<(String, Rate)> = groups.into_iter().collect();
    groups.retain(|(_, rate)| rate.denominator > 0);
    by.order(&mut groups, |(group, rate)| (group, rate.denominator));
    Rates { by, groups }
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
