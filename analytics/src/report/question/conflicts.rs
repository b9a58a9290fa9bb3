//! How often people approve beside a candidate that would change the same thing.

use polars::prelude::*;

use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "conflicts",
    title: "Conflicts",
    numerator_word: "beside others",
    denominator_word: "approved",
    numerator: "approved candidates whose last approver, of at least one approval, said to have seen conflicting candidates",
    denominator: "candidates that were approved at least once",
    unit: "candidate",
    exclusions: "conflicts that ended before anybody approved; candidates with an entry that could not be read",
    version: 1,
};

/// Marks approved candidates and those approved beside conflicting ones.
pub(in crate::report) fn conflicts(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &col("approved_index").is_not_null(), col("conflicts").gt(lit(0)))
}
