//! How often nobody decides, or nobody executes, in time.

use polars::prelude::*;

use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "expiry",
    title: "Expiry",
    numerator_word: "expired",
    denominator_word: "closed",
    numerator: "candidates that expired",
    denominator: "candidates that are closed: executed, rejected, withdrawn or expired",
    unit: "candidate",
    exclusions: "candidates that are not closed; candidates with an entry that could not be read",
    version: 1,
};

/// States in which a candidate is closed.
const CLOSED: [&str; 4] = ["EXECUTED", "REJECTED", "WITHDRAWN", "EXPIRED"];

/// Marks closed and expired candidates.
pub(in crate::report) fn expiry(candidates: LazyFrame) -> LazyFrame {
    let is_closed = CLOSED.into_iter().map(|state| col("state").eq(lit(state))).fold(lit(false), Expr::or);
    rate::mark(candidates, &DEFINITION, &is_closed, is_expired())
}

/// Lists the expired candidates with how far they had come.
pub(in crate::report) fn reached(candidates: LazyFrame) -> LazyFrame {
    let reached = when(col("approved_index").is_not_null())
        .then(lit("approved, never executed"))
        .when(col("decisions").gt(lit(0)))
        .then(lit("looked at, never approved"))
        .otherwise(lit("nobody decided"));
    candidates.filter(is_expired()).with_column(reached.alias("category"))
}

fn is_expired() -> Expr {
    col("state").eq(lit("EXPIRED"))
}
