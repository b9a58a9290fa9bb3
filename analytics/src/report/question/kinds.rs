//! Kinds of candidates as a review policy tells them apart, and what people made of each: what a policy is tried on.

use polars::prelude::*;

use super::harm::{harms, is_harmful, is_over};
use super::rejections::is_decided;
use crate::report::by::By;
use crate::report::occurrences::Occurrences;
use crate::report::tally::{Tally, how_many};

/// Columns that make a kind: all that a policy looks at.
pub(in crate::report) const KIND: [&str; 4] = ["action_type", "risk", "confidence", "proposer"];

/// What is counted for every kind.
pub(in crate::report) const COUNTS: [&str; 9] =
    ["proposed", "decided", "over", "harmful", "rejected", "edited", "failed", "sent back", "reading_bytes"];

/// Counts the candidates of every kind; the kinds of harm, and the text to be read, among those that a person decided on.
pub(in crate::report) fn kinds(candidates: LazyFrame) -> LazyFrame {
    let mut counts = vec![
        len().cast(DataType::UInt64).alias("proposed"),
        how_many(is_decided()).alias("decided"),
        how_many(is_over()).alias("over"),
        how_many(is_over().and(is_harmful())).alias("harmful"),
    ];
    counts.extend(harms().map(|(name, harm)| how_many(is_decided().and(harm)).alias(name)));
    let bytes = when(is_decided()).then(col("reading_bytes").cast(DataType::UInt64)).otherwise(lit(NULL));
    counts.push(bytes.fill_null(lit(0_u64)).sum().alias("reading_bytes"));
    candidates.group_by(columns()).agg(counts)
}

/// Starts the tally of kinds.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&KIND, &COUNTS)
}

/// Starts to gather harmful candidates by kind.
pub(in crate::report) fn gather_harmful() -> Occurrences {
    Occurrences::new(&KIND)
}

/// Lists the harmful candidates that a person decided on.
pub(in crate::report) fn harmful(candidates: LazyFrame) -> LazyFrame {
    let known = [col("candidate"), col("proposed_index").alias("entry_index"), col("proposer").alias("actor")];
    candidates.filter(is_over().and(is_harmful())).select(known.into_iter().chain(columns()).collect::<Vec<_>>())
}

fn columns() -> [Expr; 4] {
    let [action_type, risk, confidence, proposer] = KIND;
    [
        By::ActionType.group().alias(action_type),
        By::Risk.group().alias(risk),
        By::Confidence.group().alias(confidence),
        By::Proposer.group().alias(proposer),
    ]
}
