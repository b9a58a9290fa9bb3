//! What can be said of counts, and how sure it is: exact intervals, tests with false-discovery control, and bounds that hold however often
//! one looks. Pure: no data frames, no clock.
//!
//! **Promises.** Everything here follows from counts, or from outcomes in the order of the log, so that a third party computes the same
//! numbers. Each rule names its source.
//!
//! **Left out on purpose.** What is counted: reports and standing approvals say that. [`Chance`] is for simulated worlds, in which the truth is known.

mod chance;
mod exact_interval;
mod false_discovery;
mod harm_bound;
mod likelihood;
mod median_interval;
mod turn_watch;
mod two_shares;
#[cfg(test)]
mod worlds;

pub use chance::Chance;
pub use exact_interval::exact_interval;
pub use false_discovery::adjusted;
pub use harm_bound::{HarmBound, harmless_needed};
pub use median_interval::median_ranks;
pub use turn_watch::{STANDING_USES_MAX, TurnWatch};
pub use two_shares::{Counts, difference_p_value};

/// Returns a count as a number. Counts of a log stay far below 2^53, where doubles begin to skip whole numbers.
#[expect(clippy::cast_precision_loss, reason = "counts of a log stay below 2^53")]
pub const fn as_float(count: u64) -> f64 {
    count as f64
}
