//! How often a proposer replaces what it proposed.

use polars::prelude::*;

use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "supersessions",
    title: "Supersession",
    numerator_word: "superseded",
    denominator_word: "proposed",
    numerator: "candidates that were withdrawn because another one replaced them",
    denominator: "candidates of the group",
    unit: "candidate",
    exclusions: "candidates withdrawn without a successor; candidates with an entry that could not be read",
    version: 1,
};

/// Marks candidates and those that another one replaced.
pub(in crate::report) fn supersessions(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &lit(true), col("supersessions").gt(lit(0)))
}
