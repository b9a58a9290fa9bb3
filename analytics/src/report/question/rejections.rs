//! How often people refuse, and why.

use polars::prelude::*;

use crate::report::breakdown::first_of_each_candidate;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "rejections",
    title: "Rejections",
    numerator_word: "rejected",
    denominator_word: "decided",
    numerator: "decided candidates that a person rejected, before or after an execution",
    denominator: "candidates on which a person has decided at least once: approved, edited, rejected or held",
    unit: "candidate",
    exclusions: "candidates that nobody has decided on; candidates with an entry that could not be read",
    version: 2,
};

/// Marks decided and rejected candidates.
pub(in crate::report) fn rejections(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &is_decided(), col("rejections").gt(lit(0)))
}

/// Lists the rejected candidates with the reason.
pub(in crate::report) fn reasons(incidents: LazyFrame) -> LazyFrame {
    first_of_each_candidate(incidents.filter(is_decided().and(col("kind").eq(lit("candidate_rejected")))))
        .with_column(col("rejection_reason").fill_null(lit(NOT_STATED)).alias("category"))
}

/// Tells whether a person has decided on a candidate at least once.
pub(in crate::report) fn is_decided() -> Expr {
    col("decisions").gt(lit(0))
}
