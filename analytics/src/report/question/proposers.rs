//! What people made of one proposer's proposals of one action type.

use polars::prelude::*;

use super::edits::is_edited_before_approval;
use super::rejections::is_decided;
use super::rework::is_sent_back;
use crate::report::by::NOT_STATED;
use crate::report::tally::how_many;

/// What is counted for every proposer and action type.
pub(in crate::report) const COUNTS: [&str; 6] = ["proposed", "decided", "rejected", "edited", "failed", "sent_back"];

/// Counts candidates by proposer and action type, each by the definition of its own question.
pub(in crate::report) fn proposers(candidates: LazyFrame) -> LazyFrame {
    candidates
        .group_by([col("proposer").fill_null(lit(NOT_STATED)), col("action_type").fill_null(lit(NOT_STATED))])
        .agg([
            len().alias("proposed"),
            how_many(is_decided()).alias("decided"),
            how_many(is_decided().and(col("rejections").gt(lit(0)))).alias("rejected"),
            how_many(is_decided().and(is_edited_before_approval())).alias("edited"),
            how_many(col("failures").gt(lit(0))).alias("failed"),
            how_many(is_sent_back()).alias("sent_back"),
        ])
}
