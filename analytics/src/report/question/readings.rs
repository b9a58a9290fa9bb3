//! How much of the log could be read.

use polars::prelude::*;

use crate::report::definition::Definition;

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "readings",
    title: "What was read",
    numerator_word: "entries",
    denominator_word: "entries",
    numerator: "entries of the kind whose content was known, of a kind unknown to this release, erased, or unreadable",
    denominator: "entries of the log",
    unit: "entry",
    exclusions: "none; a candidate with any entry that is not known is left out of every other figure",
    version: 1,
};

/// Counts the entries by kind and by how far they could be read.
pub(in crate::report) fn readings(events: LazyFrame) -> LazyFrame {
    events.group_by([col("kind"), col("reading")]).agg([len().alias("count")])
}
