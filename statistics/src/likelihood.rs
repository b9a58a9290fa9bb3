//! How well a share explains counts.

use statrs::function::beta::{beta_reg, ln_beta};

/// Shape of the weight over shares, on both sides: Jeffreys' prior of a binomial share (Krichevsky and Trofimov 1981).
const SHAPE: f64 = 0.5;

/// Returns the logarithm of the likelihood of `hits` and `misses`, averaged over all shares below `share` by Jeffreys' weight.
pub(super) fn ln_average_below(share: f64, hits: f64, misses: f64) -> f64 {
    let (a, b) = (SHAPE + hits, SHAPE + misses);
    let weighed = ln_beta(a, b) + beta_reg(a, b, share).ln();
    let weight = ln_beta(SHAPE, SHAPE) + beta_reg(SHAPE, SHAPE, share).ln();
    weighed - weight
}

/// Returns the logarithm of the likelihood of `hits` and `misses` at a share strictly between 0 and 1.
pub(super) fn ln_at(share: f64, hits: f64, misses: f64) -> f64 {
    hits * share.ln() + misses * (-share).ln_1p()
}
