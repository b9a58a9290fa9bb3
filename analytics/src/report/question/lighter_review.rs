//! What speaks for and against less looking at a category of low risk.

use polars::prelude::*;

use super::harm::{harms, is_harmful, is_over};
use super::rejections::is_decided;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::lighter_review::Category;
use crate::report::occurrences::Occurrences;
use crate::report::tally::{Tally, counts, how_many, texts};
use statistics::HarmBound;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "lighter-review",
    title: "Lighter review",
    numerator_word: "harmful",
    denominator_word: "decided and over",
    numerator: "candidates of low risk that a person decided on and that were rejected, edited before the first approval, ended as failed at least once, or were sent back",
    denominator: "candidates of low risk that a person decided on and that are over: harmful, or executed",
    unit: "candidate",
    exclusions: "whatever is not of low risk; candidates still under way without harm so far; candidates approved ahead, which nobody looked at; candidates with an entry that could not be read",
    version: 1,
};

/// The longest that a standing approval lasts, in days: as long back is looked for what comes in.
const RECENT_DAYS: i64 = 90;

const US_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Columns that make a category.
const CATEGORY: [&str; 3] = ["action_type", "proposer", "confidence"];

/// Counts every category of low risk. `last_us` is the moment of the last entry.
pub(in crate::report) fn categories(candidates: LazyFrame, last_us: i64) -> LazyFrame {
    let since = last_us.saturating_sub(RECENT_DAYS * US_PER_DAY);
    low_risk(candidates).group_by(CATEGORY.map(col)).agg([
        how_many(is_over().and(is_harmful())).alias("harmful"),
        how_many(is_over()).alias("over"),
        how_many(col("proposed_at").cast(DataType::Int64).gt(lit(since))).alias("recent"),
        col("proposed_index").min().alias("first_index"),
    ])
}

/// Starts the tally of categories.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&CATEGORY, &["harmful", "over", "recent"]).with_least(&["first_index"])
}

/// Reads the categories of a tally.
pub(in crate::report) fn read(tally: Tally) -> PolarsResult<Vec<Category>> {
    let total = tally.total()?;
    let [action_types, proposers, confidences] = CATEGORY.map(|name| texts(&total, name));
    let (action_types, proposers, confidences) = (action_types?, proposers?, confidences?);
    let (harmful, over) = (counts(&total, "harmful")?, counts(&total, "over")?);
    let (recent, first) = (counts(&total, "recent")?, counts(&total, "first_index")?);
    let row = |row: usize| Category {
        action_type: action_types[row].clone(),
        proposer: proposers[row].clone(),
        confidence: confidences[row].clone(),
        harm: HarmBound { harmful: harmful[row], decided: over[row] },
        recent: recent[row],
        first_index: first[row],
    };
    Ok((0..total.height()).map(row).collect())
}

/// Starts to gather the candidates that argue against, by category and kind of harm.
pub(in crate::report) fn gather_against() -> Occurrences {
    Occurrences::new(&["action_type", "proposer", "confidence", "harm"])
}

/// Lists the harmful candidates of low risk, one row for each kind of harm.
pub(in crate::report) fn against(candidates: LazyFrame) -> PolarsResult<LazyFrame> {
    let low = low_risk(candidates)
        .filter(is_decided())
        .with_columns([col("proposed_index").alias("entry_index"), col("proposer").alias("actor")]);
    let of_kind = |(name, harm): (&str, Expr)| low.clone().filter(harm).with_column(lit(name).alias("harm"));
    concat(harms().map(of_kind), UnionArgs::default())
}

fn low_risk(candidates: LazyFrame) -> LazyFrame {
    let stated = |name: &str| col(name).fill_null(lit(NOT_STATED));
    candidates.filter(col("risk_tier").eq(lit("LOW"))).with_columns(CATEGORY.map(stated))
}
