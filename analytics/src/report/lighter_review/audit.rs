//! How much must still be looked at so that a turn is noticed.

use statistics::{STANDING_USES_MAX, TurnWatch};

/// The least audit sample that a standing approval may have, of 1,000.
const LEAST_PER_MILLE: u64 = 10;

/// A turn to this many times the threshold has to be noticed.
const TURNED_TIMES: f64 = 3.0;

const ALL_PER_MILLE: u64 = 1_000;

/// Returns of how many of 1,000 candidates a person must see the outcome, so that a turn to three times the threshold is noticed on average
/// within one standing approval for as many candidates as came lately; none where that would be all of them or more.
pub(super) fn audit_per_mille(threshold: f64, recent: u64, alpha: f64) -> Option<u32> {
    let uses = recent.clamp(1, STANDING_USES_MAX.into());
    let looks = TurnWatch::new(threshold, uses, alpha).outcomes_to_notice(threshold * TURNED_TIMES)?.ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundreds, and never negative")]
    let looks = looks as u64;
    let per_mille = (looks * ALL_PER_MILLE).div_ceil(uses).max(LEAST_PER_MILLE);
    (per_mille < ALL_PER_MILLE).then(|| u32::try_from(per_mille).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_come_the_smaller_a_part_is_looked_at_down_to_the_least() {
        let rates: Vec<Option<u32>> =
            [1, 20, 200, 2_000, 10_000, 50_000].map(|recent| audit_per_mille(0.05, recent, 0.025)).into();
        assert_eq!(&rates[..2], &[None, None]);
        let known: Vec<u32> = rates[2..].iter().map(|rate| rate.expect("enough to watch")).collect();
        assert!(known.is_sorted_by(|a, b| a >= b) && known[3] >= 10, "{known:?}");
        assert_eq!(known[2], known[3], "no standing approval covers more");
    }
}
