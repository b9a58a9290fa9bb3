//! How much each person decides, and how often faster than anybody reads.

use polars::prelude::*;

use super::decisions::{firsts, is_approval, is_kind};
use crate::report::definition::Definition;
use crate::report::tally::{Tally, counts, how_many, texts};

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "reviewers",
    title: "Reviewers",
    numerator_word: "faster than reading",
    denominator_word: "timed",
    numerator: "first decisions of a person on a candidate made sooner than its text can be read at 600 words a minute, counted from the proposal and from what the same person decided before, whichever is later",
    denominator: "first decisions of a person on a candidate whose text's length is known",
    unit: "decision",
    exclusions: "a person's later decisions on the same candidate; decisions dated before the proposal or before the person's own last decision, because a clock was set; candidates with an entry that could not be read",
    version: 1,
};

/// Bytes of text that can be read in a second: 600 words of six bytes a minute, two and a half times what people read on average
/// (Brysbaert, Journal of Memory and Language 109, 2019).
const BYTES_PER_SEC: i64 = 60;

const US_PER_SEC: i64 = 1_000_000;

/// What is counted for every person.
const COUNTS: [&str; 7] = ["candidates", "approved", "edited", "rejected", "held", "too_fast", "timed"];

/// What one person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::report) struct Reviewer {
    /// The pseudonym of the ledger's leaves.
    pub person: String,
    /// In the order of [`COUNTS`].
    pub counts: [u64; 7],
}

/// Counts the first decisions of every person.
pub(in crate::report) fn reviewers(decisions: LazyFrame) -> LazyFrame {
    firsts(decisions).group_by([col("actor")]).agg([
        len().alias("candidates"),
        how_many(is_approval()).alias("approved"),
        how_many(is_kind("candidate_edited")).alias("edited"),
        how_many(is_kind("candidate_rejected")).alias("rejected"),
        how_many(is_kind("candidate_held")).alias("held"),
        how_many(is_timed().and(available_us().lt(needed_us()))).alias("too_fast"),
        how_many(is_timed()).alias("timed"),
    ])
}

/// Starts the tally of people.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&["actor"], &COUNTS)
}

/// Reads a tally, whoever decided most first.
pub(in crate::report) fn read(tally: Tally) -> PolarsResult<Vec<Reviewer>> {
    let total = tally.total()?;
    let columns = COUNTS.map(|name| counts(&total, name));
    let columns = columns.into_iter().collect::<PolarsResult<Vec<_>>>()?;
    let reviewer = |(row, person)| Reviewer { person, counts: std::array::from_fn(|column| columns[column][row]) };
    let mut reviewers: Vec<Reviewer> = texts(&total, "actor")?.into_iter().enumerate().map(reviewer).collect();
    reviewers.sort_by(|a, b| b.counts[0].cmp(&a.counts[0]).then_with(|| a.person.cmp(&b.person)));
    Ok(reviewers)
}

fn is_timed() -> Expr {
    col("reading_bytes").is_not_null().and(available_us().gt_eq(lit(0)))
}

fn needed_us() -> Expr {
    col("reading_bytes").cast(DataType::Int64) * lit(US_PER_SEC / BYTES_PER_SEC)
}

/// Microseconds since the proposal, or since what the same person decided before, if that is later.
fn available_us() -> Expr {
    let since_proposal = || col("occurred_at").cast(DataType::Int64) - col("proposed_at").cast(DataType::Int64);
    let since_decision = || col("since_own_us");
    when(since_decision().lt(since_proposal())).then(since_decision()).otherwise(since_proposal())
}
