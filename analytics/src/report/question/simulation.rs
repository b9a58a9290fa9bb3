//! How many decisions were made by simulation, not by people.

use polars::prelude::*;

/// Counts candidates, their decisions, and those made by simulation, in one row.
pub(in crate::report) fn simulation(candidates: LazyFrame) -> LazyFrame {
    candidates.select([
        lit("all").alias("group"),
        len().alias("candidates"),
        col("decisions").sum(),
        col("simulated_decisions").sum(),
    ])
}
