//! Where the candidates are.

use polars::prelude::*;

use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "states",
    title: "Where the candidates are",
    numerator_word: "in the state",
    denominator_word: "candidates",
    numerator: "candidates whose last entry left them in the state",
    denominator: "candidates of the group",
    unit: "candidate",
    exclusions: "candidates with an entry that could not be read",
    version: 1,
};

/// Lists the candidates with the state that they are in.
pub(in crate::report) fn states(candidates: LazyFrame) -> LazyFrame {
    candidates.with_column(col("state").fill_null(lit(NOT_STATED)).alias("category"))
}
