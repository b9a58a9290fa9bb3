//! How often a candidate has to be escalated.

use polars::prelude::*;

use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "escalations",
    title: "Escalation",
    numerator_word: "escalated",
    denominator_word: "with steps",
    numerator: "candidates that were escalated at least once",
    denominator: "candidates for which the policy has steps of escalation, as judged at the proposal",
    unit: "candidate",
    exclusions: "candidates without such steps; candidates with an entry that could not be read",
    version: 1,
};

/// Marks candidates with steps of escalation and those escalated.
pub(in crate::report) fn escalations(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &col("escalation_steps").gt(lit(0)), col("escalations").gt(lit(0)))
}
