//! How often an approved action fails, and of what.

use polars::prelude::*;

use crate::report::breakdown::first_of_each_candidate;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "failures",
    title: "Execution failures",
    numerator_word: "failed",
    denominator_word: "started",
    numerator: "candidates whose execution ended as failed at least once, reported or settled so",
    denominator: "candidates of which at least one execution was started",
    unit: "candidate",
    exclusions: "failed attempts that are tried again by themselves, which have a table of their own; candidates never started; candidates with an entry that could not be read",
    version: 2,
};

/// Marks started and failed candidates.
pub(in crate::report) fn failures(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &is_started(), col("failures").gt(lit(0)))
}

/// Tells whether an execution of a candidate was started.
pub(in crate::report) fn is_started() -> Expr {
    col("attempts").gt(lit(0))
}

/// Lists the first failure of every candidate whose execution ended as failed, with its class.
pub(in crate::report) fn classes(incidents: LazyFrame) -> LazyFrame {
    let ended = col("kind").eq(lit("execution_failed")).or(col("kind").eq(lit("outcome_settled")));
    first_of_each_candidate(incidents.filter(is_started().and(ended).and(col("state").eq(lit("FAILED")))))
        .with_column(class())
}

/// Counts the failed attempts by class: `failed`, and of these `retried`, to be tried again by themselves.
pub(in crate::report) fn attempts(incidents: LazyFrame) -> LazyFrame {
    let retried = col("retry_planned").fill_null(lit(false)).cast(DataType::UInt32).sum();
    incidents
        .filter(col("kind").eq(lit("execution_failed")))
        .group_by([class()])
        .agg([len().alias("failed"), retried.alias("retried")])
}

fn class() -> Expr {
    col("failure_class").fill_null(lit(NOT_STATED)).alias("category")
}
