//! Whether two groups have the same share.

use statrs::function::gamma::ln_gamma;

use crate::as_float;

/// Tables no likelier than the one seen, give or take rounding, count as just as unlikely.
const ROUNDING: f64 = 1e-7;

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// How many.
    pub hits: u64,
    /// Of how many.
    pub trials: u64,
}

/// Returns how likely two groups are to differ at least as much as these do, if they have the same share: the two-sided p-value of
/// Fisher's exact test (Fisher, Statistical Methods for Research Workers, 1934), the sum over all tables that are no likelier.
///
/// 1 where one group is empty, or nothing differs.
///
/// # Panics
/// When there are more hits than trials.
pub fn difference_p_value(first: Counts, second: Counts) -> f64 {
    assert!(first.hits <= first.trials && second.hits <= second.trials, "no more hits than trials");
    let (hits, trials) = (first.hits + second.hits, first.trials + second.trials);
    let least = hits.saturating_sub(second.trials);
    let most = hits.min(first.trials);
    let ln_weight = |k: u64| ln_choose(first.trials, k) + ln_choose(second.trials, hits - k);
    let ln_all = ln_choose(trials, hits);
    let seen = ln_weight(first.hits) - ln_all;
    let as_unlikely = |ln_probability: &f64| *ln_probability <= seen + ROUNDING;
    (least..=most).map(|k| ln_weight(k) - ln_all).filter(as_unlikely).map(f64::exp).sum::<f64>().min(1.0)
}

fn ln_choose(n: u64, k: u64) -> f64 {
    ln_gamma(as_float(n) + 1.0) - ln_gamma(as_float(k) + 1.0) - ln_gamma(as_float(n - k) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: (u64, u64), b: (u64, u64)) -> f64 {
        difference_p_value(Counts { hits: a.0, trials: a.1 }, Counts { hits: b.0, trials: b.1 })
    }

    /// Fisher's tea-tasting lady, and tables worked out with R's fisher.test.
    #[test]
    fn the_p_value_is_fishers() {
        for (first, second, expected) in [
            ((3, 4), (1, 4), 0.485_714),
            ((4, 4), (0, 4), 0.028_571),
            ((1, 10), (11, 14), 0.002_759),
            ((8, 10), (1, 6), 0.034_965),
        ] {
            let computed = p(first, second);
            assert!((computed - expected).abs() < 1e-5, "{first:?} {second:?}: {computed}");
        }
    }

    #[test]
    fn nothing_differs_from_nothing() {
        assert!(p((0, 0), (5, 10)) >= 1.0);
        assert!(p((0, 10), (0, 10)) >= 1.0);
        assert!((p((5, 10), (5, 10)) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn both_ways_round_it_is_the_same() {
        for first in 0..=6 {
            for second in 0..=9 {
                let (one, other) = (p((first, 6), (second, 9)), p((second, 9), (first, 6)));
                assert!((one - other).abs() < 1e-12 && one > 0.0 && one <= 1.0);
            }
        }
    }
}
