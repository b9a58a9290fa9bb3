//! When an attempt may be followed by another under the same approval.

use crate::domain::limits::ATTEMPTS_MAX_PER_APPROVAL;
use crate::domain::{Executing, Moment};

/// Back-off after the first attempt.
const FIRST_MS: u64 = 2_000;
/// Longest back-off.
const LONGEST_MS: u64 = 10 * 60 * 1_000;

/// Returns the back-off before the next attempt, in milliseconds: twice as long each time. None when there must not be another: the
/// attempts are used up, or the approval will have lapsed by then, and a person decides.
pub(super) fn before_next_attempt(executing: &Executing, now: Moment) -> Option<u64> {
    let attempts = executing.approved.attempts;
    let retry_after_ms = FIRST_MS.saturating_mul(1 << (attempts.max(1) - 1).min(31)).min(LONGEST_MS);
    let left = attempts < ATTEMPTS_MAX_PER_APPROVAL && now.plus_ms(retry_after_ms) < executing.approved.valid_until;
    left.then_some(retry_after_ms)
}
