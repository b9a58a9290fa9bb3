//! How often what was proposed turned out harmful: risk against outcome, and one proposer, model or prompt version beside another.

use polars::prelude::*;

use super::edits::is_edited_before_approval;
use super::rejections::is_decided;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "harm",
    title: "Harm",
    numerator_word: "harmful",
    denominator_word: "decided and over",
    numerator: "candidates that a person decided on and that were rejected, edited before the first approval, ended as failed at least once, or were sent back",
    denominator: "candidates that a person decided on and that are over: harmful, or executed",
    unit: "candidate",
    exclusions: "candidates still under way without harm so far; candidates approved ahead, which nobody looked at; candidates with an entry that could not be read",
    version: 1,
};

/// Marks the candidates that are over and the harmful ones among them.
pub(in crate::report) fn harm(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &is_over(), is_harmful())
}

/// Tells whether a candidate turned out harmful.
pub(in crate::report) fn is_harmful() -> Expr {
    harms().into_iter().map(|(_, harm)| harm).fold(lit(false), Expr::or)
}

/// Tells whether a person decided on a candidate and it is over.
pub(in crate::report) fn is_over() -> Expr {
    is_decided().and(is_harmful().or(col("state").eq(lit("EXECUTED"))))
}

/// Names the kinds of harm and tells whether a candidate has them.
pub(in crate::report) fn harms() -> [(&'static str, Expr); 4] {
    [
        ("rejected", col("rejections").gt(lit(0))),
        ("edited", is_edited_before_approval().fill_null(lit(false))),
        ("failed", col("failures").gt(lit(0))),
        ("sent back", col("sent_back_index").is_not_null()),
    ]
}

/// Lists the candidates with the one outcome that says most about each: what is named first has the last word.
pub(in crate::report) fn outcomes(candidates: LazyFrame) -> LazyFrame {
    let is = |state: &str| col("state").eq(lit(state));
    let outcome = when(col("sent_back_index").is_not_null())
        .then(lit("sent back"))
        .when(col("failures").gt(lit(0)))
        .then(lit("failed"))
        .when(col("rejections").gt(lit(0)))
        .then(lit("rejected"))
        .when(is("EXPIRED"))
        .then(lit("expired"))
        .when(is("WITHDRAWN"))
        .then(lit("withdrawn"))
        .when(is("EXECUTED").and(is_edited_before_approval()))
        .then(lit("executed after an edit"))
        .when(is("EXECUTED"))
        .then(lit("executed as proposed"))
        .otherwise(lit("under way"));
    candidates.with_column(outcome.alias("category"))
}
