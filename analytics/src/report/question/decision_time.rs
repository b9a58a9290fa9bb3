//! How long people take to a first decision.

use polars::prelude::*;

use super::rejections::is_decided;
use crate::report::by::By;
use crate::report::definition::Definition;
use crate::report::rate::MISSES;
use crate::report::tally::{Tally, counts, texts};
use statistics::median_ranks;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "decision-time",
    title: "Time to the first decision",
    numerator_word: "time",
    denominator_word: "decided",
    numerator: "time from the proposal to the earliest decision of a person: the median (p50), and the time that nine in ten stay within (p90), by nearest rank",
    denominator: "candidates on which a person has decided at least once",
    unit: "milliseconds",
    exclusions: "candidates that nobody has decided on; candidates whose decision is dated before their proposal, because a clock was set; candidates with an entry that could not be read",
    version: 1,
};

/// Microseconds in a millisecond.
const MICROS_PER_MILLI: i64 = 1_000;

/// Times to the first decision in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct DecisionTime {
    /// The group.
    pub group: String,
    /// Candidates that have such a time.
    pub candidates: u64,
    /// The median, in milliseconds.
    pub p50_ms: u64,
    /// The two times between which the true median lies; none for fewer than six candidates.
    pub p50_interval_ms: Option<(u64, u64)>,
    /// The time that nine in ten stay within, in milliseconds.
    pub p90_ms: u64,
}

/// Counts the decided candidates of every group by the whole milliseconds to their first decision.
///
/// Counts can be added up over slices and quantiles cannot: those are read from the counts of all.
pub(in crate::report) fn decision_times(candidates: LazyFrame, by: By) -> LazyFrame {
    let micros = |column: &str| col(column).cast(DataType::Int64);
    let elapsed_us = micros("decided_at") - micros("proposed_at");
    candidates
        .filter(is_decided())
        .select([by.group(), elapsed_us.alias("elapsed_us")])
        .filter(col("elapsed_us").gt_eq(lit(0)))
        .group_by([col("group"), (col("elapsed_us") / lit(MICROS_PER_MILLI)).alias("ms")])
        .agg([len().alias("count")])
}

/// Starts the tally of decision times.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&["group", "ms"], &["count"])
}

/// Reads the quantiles from a tally, the largest group first, weeks in their order.
pub(in crate::report) fn read(by: By, tally: Tally) -> PolarsResult<Vec<DecisionTime>> {
    let total = tally.total()?;
    let (groups, ms, counts) = (texts(&total, "group")?, counts(&total, "ms")?, counts(&total, "count")?);
    let rows: Vec<(u64, u64)> = ms.into_iter().zip(counts).collect();
    let mut times = Vec::new();
    let mut start = 0;
    // Rows are sorted by group, then by time.
    for end in 1..=groups.len() {
        if end == groups.len() || groups[end] != groups[start] {
            let group = &rows[start..end];
            let candidates = group.iter().map(|(_, count)| count).sum();
            times.push(DecisionTime {
                group: groups[start].clone(),
                candidates,
                p50_ms: nearest_rank(group, candidates.div_ceil(2)),
                p50_interval_ms: median_ranks(candidates, MISSES)
                    .map(|(low, high)| (nearest_rank(group, low), nearest_rank(group, high))),
                p90_ms: nearest_rank(group, (candidates * 9).div_ceil(10)),
            });
            start = end;
        }
    }
    by.order(&mut times, |time| (&time.group, time.candidates));
    Ok(times)
}

/// Returns the value at a rank, from 1, of values that are counted in ascending order.
fn nearest_rank(counted: &[(u64, u64)], rank: u64) -> u64 {
    let mut passed = 0;
    for &(value, count) in counted {
        passed += count;
        if passed >= rank {
            return value;
        }
    }
    counted.last().map_or(0, |&(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_value_at_its_nearest_rank() {
        let counted = [(10, 1), (20, 2), (30, 7)];
        assert_eq!(nearest_rank(&counted, 1), 10);
        assert_eq!(nearest_rank(&counted, 3), 20);
        assert_eq!(nearest_rank(&counted, 4), 30);
        assert_eq!(nearest_rank(&counted, 10), 30);
    }
}
