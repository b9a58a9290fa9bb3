//! An upper bound on a rate of harm that holds however often one looks.

use crate::as_float;
use crate::likelihood::{ln_at, ln_average_below};

/// Halvings of the unit interval: far finer than any report prints.
const HALVINGS: u32 = 50;

/// How many of a category's decided candidates turned out harmful, and what follows for the rate of harm, **however often one looks**.
///
/// For a rate of harm `p` the wealth of somebody who bets against "at least `p`" is the likelihood averaged over all rates below `p`,
/// divided by the likelihood at `p`. Whatever rate of at least `p` is true, that wealth is not expected to grow, so the chance that
/// it ever reaches `1 / alpha` is at most `alpha` (Ville 1939; mixtures by Robbins 1970; Howard and others, Annals of
/// Statistics 49, 2021; e-processes in Ramdas, Grünwald, Vovk, Shafer, Statistical Science 38, 2023). All rates at which it has
/// reached it are out of the question; the bound is the largest that is not. It holds at every moment at once: daily peeking and
/// stopping when one likes what one sees are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HarmBound {
    /// Harmful ones: rejected, edited in substance, failed, or sent back.
    pub harmful: u64,
    /// All that were decided and are over.
    pub decided: u64,
}

impl HarmBound {
    /// Returns the wealth of the bet against a rate of at least `rate`, as its natural logarithm.
    ///
    /// # Panics
    /// When `rate` is not strictly between 0 and 1, or more are harmful than were decided.
    pub fn ln_wealth_against(self, rate: f64) -> f64 {
        assert!(rate > 0.0 && rate < 1.0, "a rate to bet against lies between 0 and 1");
        assert!(self.harmful <= self.decided, "no more harmful ones than were decided");
        let (hits, misses) = (as_float(self.harmful), as_float(self.decided - self.harmful));
        ln_average_below(rate, hits, misses) - ln_at(rate, hits, misses)
    }

    /// Tells whether the upper bound at `alpha` is at most `threshold`, without computing it.
    ///
    /// # Panics
    /// When threshold or `alpha` are not strictly between 0 and 1.
    pub fn is_below(self, threshold: f64, alpha: f64) -> bool {
        assert!(alpha > 0.0 && alpha < 1.0, "a level lies between 0 and 1");
        self.ln_wealth_against(threshold) >= -alpha.ln()
    }

    /// Returns how many more decided candidates, none of them harmful, bring the bound to `threshold` or below.
    ///
    /// # Panics
    /// When threshold or `alpha` are not strictly between 0 and 1.
    pub fn harmless_missing(self, threshold: f64, alpha: f64) -> u64 {
        let is_enough = |more: u64| Self { decided: self.decided + more, ..self }.is_below(threshold, alpha);
        if is_enough(0) {
            return 0;
        }
        let (mut too_few, mut enough) = (0, 1);
        while !is_enough(enough) {
            too_few = enough;
            enough *= 2;
        }
        while too_few + 1 < enough {
            let middle = u64::midpoint(too_few, enough);
            if is_enough(middle) { enough = middle } else { too_few = middle }
        }
        enough
    }

    /// Returns the upper bound on the rate of harm: with a chance of at least `1 - alpha` the true rate never lies above it, at any moment.
    ///
    /// 1 while nothing was decided.
    ///
    /// # Panics
    /// When `alpha` is not strictly between 0 and 1.
    pub fn upper(self, alpha: f64) -> f64 {
        assert!(alpha > 0.0 && alpha < 1.0, "a level lies between 0 and 1");
        let is_out = |rate: f64| self.ln_wealth_against(rate) >= -alpha.ln();
        let (mut possible, mut out) = (as_float(self.harmful) / as_float(self.decided.max(1)), 1.0);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(possible, out);
            if middle >= 1.0 || middle <= 0.0 {
                break;
            }
            if is_out(middle) { out = middle } else { possible = middle }
        }
        out
    }
}

/// Returns how many decided candidates, none of them harmful, bring the bound to `threshold` or below.
///
/// # Panics
/// When threshold or `alpha` are not strictly between 0 and 1.
pub fn harmless_needed(threshold: f64, alpha: f64) -> u64 {
    HarmBound { harmful: 0, decided: 0 }.harmless_missing(threshold, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chance;

    #[test]
    fn every_rate_above_the_bound_is_out_and_none_below() {
        for decided in [1, 3, 10, 50, 400, 10_000] {
            for harmful in [0, 1, 2, decided / 10, decided / 3, decided] {
                let bound = HarmBound { harmful: harmful.min(decided), decided };
                let upper = bound.upper(0.05);
                for percent in 1..100 {
                    let rate = f64::from(percent) / 100.0;
                    let is_out = bound.ln_wealth_against(rate) >= -0.05_f64.ln();
                    assert_eq!(is_out, rate >= upper, "{bound:?}: {rate} against {upper}");
                }
            }
        }
    }

    #[test]
    fn nothing_seen_means_nothing_known_and_more_harmless_ones_lower_the_bound() {
        assert!(HarmBound { harmful: 0, decided: 0 }.upper(0.05) >= 1.0);
        let bounds: Vec<f64> = (1..=300).map(|decided| HarmBound { harmful: 0, decided }.upper(0.05)).collect();
        assert!(bounds.is_sorted_by(|a, b| a > b));
        let harms: Vec<f64> = (0..=100).map(|harmful| HarmBound { harmful, decided: 100 }.upper(0.05)).collect();
        assert!(harms.is_sorted());
    }

    #[test]
    fn as_many_harmless_ones_are_needed_as_are_enough() {
        for threshold in [0.01, 0.02, 0.05, 0.1] {
            let needed = harmless_needed(threshold, 0.05);
            let upper = |decided| HarmBound { harmful: 0, decided }.upper(0.05);
            assert!(upper(needed) <= threshold && upper(needed - 1) > threshold, "{threshold}: {needed}");
            // No bound that holds at every moment needs fewer than one that holds at one moment.
            assert!(as_float(needed) >= 0.05_f64.ln() / (1.0 - threshold).ln());
        }
    }

    /// A thousand worlds, looked at after each of a thousand decisions: the bound is below the truth in at most one world in twenty.
    #[test]
    fn peeking_every_time_is_allowed() {
        let truth = 0.06;
        let mut wrong = 0;
        for world in 0..1_000 {
            let mut chance = Chance(world);
            let mut bound = HarmBound { harmful: 0, decided: 0 };
            for _ in 0..1_000 {
                bound.decided += 1;
                bound.harmful += u64::from(chance.happens(truth));
                if bound.ln_wealth_against(truth) >= -0.05_f64.ln() {
                    wrong += 1;
                    break;
                }
            }
        }
        assert!(wrong <= 50, "{wrong} of 1,000 worlds");
    }
}
