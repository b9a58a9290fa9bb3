//! The exact interval of a share.

use statrs::function::beta::beta_reg;

use crate::as_float;

/// Halvings of the unit interval: a share is found to the last bit of a double.
const HALVINGS: u32 = 60;

/// Returns the exact interval of Clopper and Pearson (Biometrika 26, 1934) for `hits` of `trials`, at the confidence `1 - alpha`; none of
/// nothing.
///
/// It covers the true share at least that often, however small the group. For an interval that covers that often on average, and is
/// narrower, see Wilson's.
///
/// # Panics
/// When there are more hits than trials, or `alpha` is not between 0 and 1.
pub fn exact_interval(hits: u64, trials: u64, alpha: f64) -> Option<(f64, f64)> {
    assert!(hits <= trials, "no more hits than trials");
    assert!(alpha > 0.0 && alpha < 1.0, "a level lies between 0 and 1");
    if trials == 0 {
        return None;
    }
    let (hits, misses) = (as_float(hits), as_float(trials - hits));
    let low = if hits == 0.0 { 0.0 } else { quantile(alpha / 2.0, hits, misses + 1.0) };
    let high = if misses == 0.0 { 1.0 } else { quantile(1.0 - alpha / 2.0, hits + 1.0, misses) };
    Some((low, high))
}

/// Returns the quantile of a Beta distribution, by halving: the regularised incomplete beta function only grows.
fn quantile(level: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if beta_reg(a, b, middle) < level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 5.
    #[test]
    fn the_interval_is_that_of_clopper_and_pearson() {
        for (hits, trials, low, high) in
            [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)]
        {
            let (computed_low, computed_high) = exact_interval(hits, trials, 0.05).expect("an interval");
            assert!((computed_low - low).abs() < 5e-5, "{hits}/{trials}: {computed_low}");
            assert!((computed_high - high).abs() < 5e-5, "{hits}/{trials}: {computed_high}");
        }
        assert_eq!(exact_interval(0, 0, 0.05), None);
        assert!(exact_interval(7, 7, 0.05).expect("an interval").1 >= 1.0);
    }

    /// Computed from the binomial distribution itself, for every share and group up to thirty.
    #[test]
    fn it_covers_every_share_at_least_as_often_as_it_says() {
        for trials in 1..=30_u64 {
            let intervals: Vec<_> =
                (0..=trials).map(|hits| exact_interval(hits, trials, 0.05).expect("some")).collect();
            for percent in 1..100 {
                let share = f64::from(percent) / 100.0;
                let mut weight = (1.0 - share).powi(i32::try_from(trials).expect("small"));
                let mut covered = 0.0;
                for hits in 0..=trials {
                    let (low, high) = intervals[usize::try_from(hits).expect("small")];
                    covered += if low <= share && share <= high { weight } else { 0.0 };
                    weight *= as_float(trials - hits) / as_float(hits + 1) * share / (1.0 - share);
                }
                assert!(covered >= 0.95 - 1e-12, "{share} of {trials}: {covered}");
            }
        }
    }
}
