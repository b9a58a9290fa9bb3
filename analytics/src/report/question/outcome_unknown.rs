//! How often nobody knew whether an action was done, and what became of it.

use polars::prelude::*;

use super::failures::is_started;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "outcome-unknown",
    title: "Outcome unknown",
    numerator_word: "unknown",
    denominator_word: "started",
    numerator: "candidates whose outcome was unknown at least once",
    denominator: "candidates of which at least one execution was started",
    unit: "candidate",
    exclusions: "lost attempts that are safe to repeat and are tried again by themselves; candidates never started; candidates with an entry that could not be read",
    version: 2,
};

/// Marks started candidates and those whose outcome was unknown.
pub(in crate::report) fn outcome_unknown(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &is_started(), is_unknown())
}

/// Lists the candidates whose outcome was unknown, with the state that they are in now.
pub(in crate::report) fn became(candidates: LazyFrame) -> LazyFrame {
    candidates
        .filter(is_started().and(is_unknown()))
        .with_column(col("state").fill_null(lit(NOT_STATED)).alias("category"))
}

fn is_unknown() -> Expr {
    col("outcomes_unknown").gt(lit(0))
}
