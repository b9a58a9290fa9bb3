//! What people decided, one row each.

use polars::prelude::*;

/// Keeps the first decision of each person on each candidate: after that they know it.
pub(in crate::report) fn firsts(decisions: LazyFrame) -> LazyFrame {
    decisions
        .sort(["entry_index"], SortMultipleOptions::default())
        .unique_stable(Some(by_name(["candidate", "actor"], true, false)), UniqueKeepStrategy::First)
}

/// Tells whether a decision approves.
pub(in crate::report) fn is_approval() -> Expr {
    is_kind("approval_collected").or(is_kind("candidate_approved"))
}

/// Tells whether a decision is of a kind.
pub(in crate::report) fn is_kind(kind: &str) -> Expr {
    col("kind").eq(lit(kind))
}
