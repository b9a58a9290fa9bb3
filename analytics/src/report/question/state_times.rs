//! How long candidates stay in each state, and whose turn it is meanwhile.

use polars::prelude::*;

use crate::report::definition::Definition;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "state-times",
    title: "Time in each state",
    numerator_word: "time",
    denominator_word: "stayed",
    numerator: "time that a candidate spent in the state, all its stays together, by the times of the events: the median (p50), and the time that nine in ten stay within (p90), by nearest rank",
    denominator: "candidates that were in the state and left it at least once",
    unit: "milliseconds",
    exclusions: "the stay that still lasts; stays that end before they begin, because a clock was set; candidates with an entry that could not be read",
    version: 1,
};

/// States that can be left, and whose turn it is in each.
pub(in crate::report) const TURNS: [(&str, &str); 11] = [
    ("PROPOSED", "reviewers"),
    ("NEEDS_EVIDENCE", "whoever has the evidence"),
    ("NEEDS_OWNER", "whoever assigns owners"),
    ("EDITED", "reviewers"),
    ("HELD", "nobody: held"),
    ("APPROVED", "ledger and executor"),
    ("EXECUTING", "executor"),
    ("EXECUTED", "nobody: done"),
    ("FAILED", "reviewers"),
    ("OUTCOME_UNKNOWN", "reviewers"),
    ("REWORK", "reviewers"),
];

/// Microseconds in a millisecond.
const US_PER_MS: i64 = 1_000;

/// Counts the candidates that left a state by the whole milliseconds that they stayed in it.
pub(in crate::report) fn state_times(candidates: &LazyFrame) -> PolarsResult<LazyFrame> {
    let of_state = |(state, _): (&'static str, &str)| counted(candidates.clone(), state, col(stay(state)));
    concat(TURNS.map(of_state), UnionArgs::default())
}

/// The same by whose turn it was.
pub(in crate::report) fn turn_times(candidates: &LazyFrame) -> PolarsResult<LazyFrame> {
    let mut whose: Vec<&'static str> = TURNS.iter().map(|(_, whose)| *whose).collect();
    whose.sort_unstable();
    whose.dedup();
    let of_turn = |turn: &'static str| {
        let states = TURNS.iter().filter(|(_, whose)| *whose == turn).map(|(state, _)| col(stay(state)));
        counted(candidates.clone(), turn, states.reduce(|sum, state| sum + state).expect("a turn has a state"))
    };
    concat(whose.into_iter().map(of_turn).collect::<Vec<_>>(), UnionArgs::default())
}

/// Names the column that holds how long a candidate was in a state, in microseconds.
pub(in crate::report) fn stay(state: &str) -> String {
    format!("in_{state}_us")
}

fn counted(candidates: LazyFrame, group: &'static str, stayed_us: Expr) -> LazyFrame {
    candidates
        .select([stayed_us.alias("stayed_us")])
        .filter(col("stayed_us").gt(lit(0)))
        .group_by([(col("stayed_us") / lit(US_PER_MS)).alias("ms")])
        .agg([len().alias("count")])
        .with_column(lit(group).alias("group"))
}
