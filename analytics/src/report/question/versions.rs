//! One version of a proposer beside the one before it.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::harm::{is_harmful, is_over};
use crate::report::by::NOT_STATED;
use crate::report::definition::Definition;
use crate::report::rate::Rate;
use crate::report::tally::{Tally, counts, how_many, texts};
use statistics::{Counts, adjusted, difference_p_value};

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "versions",
    title: "Versions of proposers",
    numerator_word: "harmful",
    denominator_word: "decided and over",
    numerator: "candidates of the version that a person decided on and that turned out harmful",
    denominator: "candidates of the version that a person decided on and that are over",
    unit: "candidate",
    exclusions: "what is left out of the figure on harm; a version with fewer than 20 is compared with none",
    version: 1,
};

const VERSION: [&str; 4] = ["proposer", "action_type", "model", "prompt_version"];

/// One version: a model with a prompt, of one proposer for one action type.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Version {
    /// Proposer, action type, model and prompt version.
    pub key: [String; 4],
    /// Candidates over, and the harmful ones among them.
    pub harm: Rate,
    /// Index of its first proposal.
    pub first_index: u64,
    /// How likely a difference at least as large as that from the version before is by chance, and the same for all comparisons together.
    pub difference: Option<Difference>,
}

/// How a version compares with the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) struct Difference {
    /// Fisher's p-value.
    pub p: f64,
    /// The same, adjusted for the number of comparisons (Benjamini and Hochberg).
    pub q: f64,
}

/// Counts the candidates of every version.
pub(in crate::report) fn versions(candidates: LazyFrame) -> LazyFrame {
    let stated = |name: &str| col(name).fill_null(lit(NOT_STATED));
    candidates.with_columns(VERSION.map(stated)).group_by(VERSION.map(col)).agg([
        how_many(is_over().and(is_harmful())).alias("harmful"),
        how_many(is_over()).alias("over"),
        col("proposed_index").min().alias("first_index"),
    ])
}

/// Starts the tally of versions.
pub(in crate::report) fn tally() -> Tally {
    Tally::new(&VERSION, &["harmful", "over"]).with_least(&["first_index"])
}

/// Reads the versions of a tally, those of a proposer and action type in the order in which they appeared, and compares them.
pub(in crate::report) fn read(tally: Tally) -> PolarsResult<Vec<Version>> {
    let total = tally.total()?;
    let keys = VERSION.map(|name| texts(&total, name));
    let keys = keys.into_iter().collect::<PolarsResult<Vec<_>>>()?;
    let (harmful, over) = (counts(&total, "harmful")?, counts(&total, "over")?);
    let first = counts(&total, "first_index")?;
    let version = |row: usize| Version {
        key: std::array::from_fn(|column| keys[column][row].clone()),
        harm: Rate { numerator: harmful[row], denominator: over[row] },
        first_index: first[row],
        difference: None,
    };
    let mut versions: Vec<Version> = (0..total.height()).map(version).collect();
    versions.sort_by(|a, b| a.key[..2].cmp(&b.key[..2]).then(a.first_index.cmp(&b.first_index)));
    compare(&mut versions);
    Ok(versions)
}

fn compare(versions: &mut [Version]) {
    let mut p_values = BTreeMap::new();
    for later in 1..versions.len() {
        let (before, after) = (&versions[later - 1], &versions[later]);
        if before.key[..2] == after.key[..2] && !before.harm.is_small() && !after.harm.is_small() {
            p_values.insert(later, difference_p_value(of(before.harm), of(after.harm)));
        }
    }
    let p: Vec<f64> = p_values.values().copied().collect();
    for ((position, p), q) in p_values.into_iter().zip(adjusted(&p)) {
        versions[position].difference = Some(Difference { p, q });
    }
}

const fn of(rate: Rate) -> Counts {
    Counts { hits: rate.numerator, trials: rate.denominator }
}
