//! Where the true median of a sample lies.

use crate::as_float;

/// Returns the ranks, from 1, of the two values of a sorted sample between which the true median lies at a confidence of at least
/// `1 - alpha`, whatever the distribution; none for a sample too small to say so.
///
/// The count of values below the median is binomial with a share of one half (Conover, Practical Nonparametric Statistics, 3.2): the
/// interval is the narrowest symmetric one whose two tails hold no more than `alpha` together.
///
/// # Panics
/// When `alpha` is not between 0 and 1.
pub fn median_ranks(size: u64, alpha: f64) -> Option<(u64, u64)> {
    assert!(alpha > 0.0 && alpha < 1.0, "a level lies between 0 and 1");
    // ln C(size, k) - size ln 2, summed from below; exact enough for samples of millions.
    let mut ln_weight = -as_float(size) * std::f64::consts::LN_2;
    let mut tail = 0.0;
    let mut outside = 0;
    while outside < size.div_ceil(2) {
        tail += ln_weight.exp();
        if tail > alpha / 2.0 {
            break;
        }
        ln_weight += (as_float(size - outside) / as_float(outside + 1)).ln();
        outside += 1;
    }
    (outside > 0).then(|| (outside, size + 1 - outside))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranks as printed in tables for the sign test at 95 %.
    #[test]
    fn the_ranks_are_those_of_the_tables() {
        for (size, ranks) in
            [(6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (20, (6, 15)), (25, (8, 18)), (50, (18, 33))]
        {
            assert_eq!(median_ranks(size, 0.05), Some(ranks), "{size}");
        }
        for size in 0..6 {
            assert_eq!(median_ranks(size, 0.05), None, "{size}");
        }
    }

    #[test]
    fn the_two_tails_hold_no_more_than_is_said() {
        for size in 6..=200_u64 {
            let (low, high) = median_ranks(size, 0.05).expect("large enough");
            assert_eq!(low + high, size + 1);
            let tail = |below: u64| -> f64 {
                let mut weight = 0.5_f64.powi(i32::try_from(size).expect("small"));
                let mut sum = 0.0;
                for k in 0..below {
                    sum += weight;
                    weight *= as_float(size - k) / as_float(k + 1);
                }
                sum
            };
            assert!(2.0 * tail(low) <= 0.05 + 1e-12, "{size}");
            assert!(2.0 * tail(low + 1) > 0.05 - 1e-12, "{size}: a narrower one would do");
        }
    }

    #[test]
    fn a_sample_of_millions_is_no_trouble() {
        let (low, high) = median_ranks(10_000_000, 0.05).expect("large enough");
        // size / 2 ± 1.96 sqrt(size) / 2, by the central limit theorem.
        assert!(low.abs_diff(5_000_000 - 3_099) < 3 && high.abs_diff(5_000_000 + 3_099) < 3, "{low} {high}");
    }
}
