//! Whether people who look at the same candidate agree.

use polars::prelude::*;

use super::decisions::{firsts, is_approval, is_kind};
use crate::report::by::GROUPED_BY;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "agreement",
    title: "Agreement",
    numerator_word: "agreed",
    denominator_word: "judged by several",
    numerator: "candidates on which everybody's first verdict was the same: approved, or rejected",
    denominator: "candidates that at least two people approved or rejected",
    unit: "candidate",
    exclusions: "people who only edited or held; candidates with an entry that could not be read. Whoever comes later may see what was decided before: this is no blind comparison",
    version: 1,
};

/// Marks the candidates judged by several people and those on which they agreed.
pub(in crate::report) fn agreement(decisions: LazyFrame) -> LazyFrame {
    let verdicts = decisions.filter(is_approval().or(is_kind("candidate_rejected")));
    let once = firsts(verdicts).with_column(is_approval().cast(DataType::UInt32).alias("verdict"));
    let mut judged: Vec<Expr> = GROUPED_BY.map(|name| col(name).first()).into();
    judged.extend([len().alias("people"), col("verdict").min().alias("least"), col("verdict").max().alias("most")]);
    let judged = once.group_by([col("candidate")]).agg(judged);
    rate::mark(judged, &DEFINITION, &col("people").gt(lit(1)), col("least").eq(col("most")))
}
