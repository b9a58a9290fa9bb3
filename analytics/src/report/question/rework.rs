//! How often executed work comes back, and where the fault lay.

use polars::prelude::*;

use crate::report::breakdown::first_of_each_candidate;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "rework",
    title: "Rework",
    numerator_word: "sent back",
    denominator_word: "executed",
    numerator: "executed candidates that a person sent back afterwards",
    denominator: "candidates that were executed at least once, reported or settled so",
    unit: "candidate",
    exclusions: "candidates sent back after a failure only, which were never executed; candidates with an entry that could not be read",
    version: 2,
};

/// Marks executed candidates and those sent back afterwards.
pub(in crate::report) fn rework(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &col("executed_index").is_not_null(), is_sent_back())
}

/// Tells whether an executed candidate was sent back afterwards.
pub(in crate::report) fn is_sent_back() -> Expr {
    col("sent_back_index").gt(col("executed_index")).fill_null(lit(false))
}

/// Lists the first send-back after an execution of every candidate that has one, with the fault.
pub(in crate::report) fn faults(incidents: LazyFrame) -> LazyFrame {
    let after_execution = col("kind").eq(lit("candidate_sent_back")).and(col("entry_index").gt(col("executed_index")));
    first_of_each_candidate(incidents.filter(after_execution))
        .with_column(col("fault").fill_null(lit(NOT_STATED)).alias("category"))
}

/// Counts the candidates that were sent back, and never after an execution.
pub(in crate::report) fn sent_back_after_failure(candidates: LazyFrame) -> LazyFrame {
    let only_failed = col("sent_back_index").is_not_null().and(is_sent_back().not());
    candidates.select([lit("all").alias("group"), only_failed.cast(DataType::UInt32).sum().alias("count")])
}
