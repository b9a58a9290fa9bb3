//! How often people change a payload before they approve it, and which changes come again and again.

use polars::prelude::*;

use super::rejections::is_decided;
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "edits",
    title: "Edits",
    numerator_word: "edited",
    denominator_word: "decided",
    numerator: "decided candidates whose payload a person changed before the first approval, or without one",
    denominator: "candidates on which a person has decided at least once: approved, edited, rejected or held",
    unit: "candidate",
    exclusions: "edits after the first approval, which are rework; candidates that nobody has decided on; candidates with an entry that could not be read",
    version: 3,
};

/// Columns that make a change the same change as another.
pub(in crate::report) const SAME_CHANGE: [&str; 5] = ["path", "operation", "from", "to", "sameness"];

/// Columns that make a change the same kind of change as another, whatever the value.
pub(in crate::report) const SAME_KIND: [&str; 4] = ["path", "operation", "from", "to"];

/// Columns that make a change of words the same as another.
pub(in crate::report) const SAME_WORDING: [&str; 4] = ["path", "change", "from", "to"];

/// Marks decided and edited candidates.
pub(in crate::report) fn edits(candidates: LazyFrame) -> LazyFrame {
    rate::mark(candidates, &DEFINITION, &is_decided(), is_edited_before_approval())
}

/// Tells whether a candidate's payload was changed before its first approval.
pub(in crate::report) fn is_edited_before_approval() -> Expr {
    let edited = col("edited_index");
    edited.clone().is_not_null().and(col("approved_index").is_null().or(edited.lt(col("approved_index"))))
}

/// Lists the changes, one row each, with what makes them the same change.
///
/// A date that moved by the same number of days is the same change whatever the dates; any other change is the same when the
/// new value is the same, told by its keyed hash; a removed value needs no more than its place.
pub(in crate::report) fn changes(edits: LazyFrame) -> LazyFrame {
    let shift = concat_sameness("shift ", col("edit_shift_days").cast(DataType::String));
    let value = concat_sameness("value ", col("edit_value"));
    let sameness = shift.fill_null(value).fill_null(lit("")).alias("sameness");
    edits.select(with_who_and_when([
        col("edit_path").alias("path"),
        col("edit_operation").alias("operation"),
        col("edit_from").alias("from"),
        col("edit_to").alias("to"),
        sameness,
    ]))
}

/// Lists what happened to words, one row each; what went and what came is told by keyed hashes of the words' normal form.
pub(in crate::report) fn wordings(wordings: LazyFrame) -> LazyFrame {
    wordings.select(with_who_and_when([
        col("wording_path").alias("path"),
        col("wording_change").alias("change"),
        col("wording_from").fill_null(lit("")).alias("from"),
        col("wording_to").fill_null(lit("")).alias("to"),
    ]))
}

fn with_who_and_when<const N: usize>(what: [Expr; N]) -> Vec<Expr> {
    let stated = |name: &str| col(name).fill_null(lit(NOT_STATED));
    let plain = ["candidate", "actor", "entry_index", "applies"].map(col);
    let stated = ["action_type", "proposer", "week", "edited_week"].map(stated);
    plain.into_iter().chain(stated).chain(what).collect()
}

fn concat_sameness(word: &str, value: Expr) -> Expr {
    lit(word) + value
}
