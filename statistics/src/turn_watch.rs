//! Telling when a rate of harm has turned.

use crate::as_float;

/// How many worse rates are bet on.
const GAMBLERS: u32 = 5;

/// How many times worse than the threshold the rates are that are bet on, all at once: what is much worse is noticed soon, what is a
/// little worse is noticed in the end.
const TIMES_WORSE: [f64; GAMBLERS as usize] = [1.5, 2.0, 3.0, 5.0, 8.0];

/// The most candidates that one standing approval covers.
pub const STANDING_USES_MAX: u32 = 10_000;

/// The chance of a false alarm over the life of one standing approval.
const STANDING_FALSE_ALARM: f64 = 0.05;

/// No rate beyond it is bet on.
const RATE_MAX: f64 = 0.95;

/// Watches outcomes one after the other and tells when the rate of harm has turned above a threshold, whenever that happens.
///
/// For each of a few worse rates a gambler starts anew before every outcome and bets that from here on the rate is that one: the
/// Shiryaev-Roberts sum of likelihood ratios, averaged over the rates, is an e-detector (Shin, Ramdas, Rinaldo, "E-detectors: a
/// nonparametric framework for sequential change detection", 2022). While the rate is at most the threshold, its expectation after `n`
/// outcomes is at most `n`; so the chance of a false alarm within `n` outcomes is at most `n / level`. With `level = n / alpha` a
/// standing approval that covers at most `n` candidates is revoked by mistake with a chance of at most `alpha`, over all its life.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnWatch {
    threshold: f64,
    level: f64,
    gamblers: [Gambler; GAMBLERS as usize],
}

/// Who bets on one worse rate.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gambler {
    /// What a bet becomes by a harmful outcome.
    by_harm: f64,
    /// What a bet becomes by a harmless one.
    by_none: f64,
    /// What all bets so far have become.
    sum: f64,
}

impl TurnWatch {
    /// Starts to watch at most `outcomes_max` outcomes against a rate of harm above `threshold`, at a chance of false alarm of `alpha`.
    ///
    /// # Panics
    /// When threshold or `alpha` are not strictly between 0 and 1, or nothing would be watched.
    pub fn new(threshold: f64, outcomes_max: u64, alpha: f64) -> Self {
        assert!(threshold > 0.0 && threshold < RATE_MAX, "a threshold leaves room for worse");
        assert!(alpha > 0.0 && alpha < 1.0 && outcomes_max > 0, "a level lies between 0 and 1, of something");
        let gamblers = TIMES_WORSE.map(|times| {
            let worse = worse_rate(threshold, times);
            Gambler { by_harm: worse / threshold, by_none: (1.0 - worse) / (1.0 - threshold), sum: 0.0 }
        });
        Self { threshold, level: as_float(outcomes_max) / alpha, gamblers }
    }

    /// Starts to watch a standing approval, over all its life: at most [`STANDING_USES_MAX`] outcomes, a false alarm in one of twenty.
    ///
    /// # Panics
    /// When the threshold is not strictly between 0 and 1.
    pub fn of_a_standing_approval(threshold: f64) -> Self {
        Self::new(threshold, STANDING_USES_MAX.into(), STANDING_FALSE_ALARM)
    }

    /// Takes the next outcome, in the order of the log; tells whether the rate of harm has turned.
    pub fn see(&mut self, is_harmful: bool) -> bool {
        for gambler in &mut self.gamblers {
            gambler.sum = (gambler.sum + 1.0) * if is_harmful { gambler.by_harm } else { gambler.by_none };
        }
        self.evidence() >= self.level
    }

    /// Takes outcomes in the order of the log; tells after how many the rate of harm has turned, if it has. Those beyond it change nothing.
    pub fn turned_after(mut self, outcomes: &[bool]) -> Option<usize> {
        outcomes.iter().position(|&is_harmful| self.see(is_harmful)).map(|index| index + 1)
    }

    /// Returns the evidence so far; [`TurnWatch::see`] tells of a turn once it reaches the level.
    pub fn evidence(&self) -> f64 {
        self.gamblers.iter().map(|gambler| gambler.sum).sum::<f64>() / f64::from(GAMBLERS)
    }

    /// Returns how many outcomes theory gives until a turn to `rate` is noticed, on average: the logarithm of the level, and of the number
    /// of gamblers, over the best gambler's information per outcome (Lorden 1971); none when no gambler gains at that rate.
    pub fn outcomes_to_notice(&self, rate: f64) -> Option<f64> {
        let gains = TIMES_WORSE.map(|times| {
            let worse = worse_rate(self.threshold, times);
            rate * (worse / self.threshold).ln() + (1.0 - rate) * ((1.0 - worse) / (1.0 - self.threshold)).ln()
        });
        let best = gains.into_iter().fold(0.0, f64::max);
        (best > 0.0).then(|| (self.level.ln() + f64::from(GAMBLERS).ln()) / best)
    }
}

fn worse_rate(threshold: f64, times: f64) -> f64 {
    (threshold * times).min(RATE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chance;

    const WORLDS: u64 = 1_000;

    #[test]
    fn a_category_that_stays_at_its_threshold_is_rarely_revoked() {
        let mut alarms = 0;
        for world in 0..WORLDS {
            let (mut chance, mut watch) = (Chance(world), TurnWatch::new(0.05, 500, 0.05));
            alarms += u64::from((0..500).any(|_| watch.see(chance.happens(0.05))));
        }
        println!("{alarms} false alarms in {WORLDS} worlds");
        assert!(alarms * 20 <= WORLDS, "{alarms} of {WORLDS} worlds");
    }

    /// Safe for a while, then harmful in three of ten: noticed, on average within the number of outcomes that theory gives.
    #[test]
    fn a_turn_is_noticed_within_the_sample_that_theory_gives() {
        for (safe, turned) in [(0, 0.3), (200, 0.3), (400, 0.15), (100, 0.9)] {
            let mut delays = 0;
            for world in 0..WORLDS {
                let (mut chance, mut watch) = (Chance(world), TurnWatch::new(0.05, 1_000, 0.05));
                let early = (0..safe).any(|_| watch.see(chance.happens(0.01)));
                delays += if early { 0 } else { (1..=600).find(|_| watch.see(chance.happens(turned))).unwrap_or(600) };
            }
            let theory = TurnWatch::new(0.05, 1_000, 0.05).outcomes_to_notice(turned).expect("a gambler gains");
            let mean = as_float(delays) / as_float(WORLDS);
            println!("{safe} safe, then harm in {turned}: noticed after {mean:.1} outcomes, {theory:.1} in theory");
            assert!(mean <= theory * 1.1 + 2.0, "{safe} safe, then {turned}: {mean} against {theory}");
        }
    }

    #[test]
    fn the_evidence_is_that_of_the_definition() {
        let outcomes = [false, true, false, true, true];
        let mut watch = TurnWatch::new(0.1, 100, 0.05);
        for outcome in outcomes {
            watch.see(outcome);
        }
        let ratio = |worse: f64, harmful: bool| if harmful { worse / 0.1 } else { (1.0 - worse) / 0.9 };
        let sum = |worse: f64| -> f64 {
            (0..outcomes.len()).map(|from| outcomes[from..].iter().map(|o| ratio(worse, *o)).product::<f64>()).sum()
        };
        let average = TIMES_WORSE.iter().map(|times| sum(worse_rate(0.1, *times))).sum::<f64>() / 5.0;
        assert!((watch.evidence() - average).abs() < 1e-9 * average);
        assert_eq!(watch.outcomes_to_notice(0.05), None);
    }
}
