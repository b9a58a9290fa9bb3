//! What people made of every kind of candidate: what another review policy is tried on.

use std::num::NonZeroU64;

use serde::Serialize;

use super::error::Error;
use super::occurrences::Occurrence;
use super::question::kinds::{COUNTS, KIND, gather_harmful, harmful, kinds, tally};
use super::scan::check_columns;
use super::slice::{slices, slices_for};
use super::tally::{counts, texts};
use crate::export::VerifiedExport;

/// Candidates of one kind, as a review policy tells them apart, and what people made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// Kind of action.
    pub action_type: String,
    /// Risk tier as settled at the proposal, without the enum's prefix.
    pub risk: String,
    /// Level of confidence as stated in the proposal, without the enum's prefix.
    pub confidence: String,
    /// Who proposed: id of a generator or service, pseudonym of a person.
    pub proposer: String,
    /// Candidates proposed.
    pub proposed: u64,
    /// Candidates that a person decided on.
    pub decided: u64,
    /// Of these, those that are over: harmful, or executed.
    pub over: u64,
    /// Of those, the harmful ones.
    pub harmful: u64,
    /// Decided ones that were rejected.
    pub rejected: u64,
    /// Decided ones that were edited before the first approval.
    pub edited: u64,
    /// Decided ones that ended as failed at least once.
    pub failed: u64,
    /// Decided ones that were sent back.
    pub sent_back: u64,
    /// Bytes of text that the reviewers of the decided ones had before them.
    pub reading_bytes: u64,
    /// Names of the first harmful ones, at most three.
    pub examples: Vec<String>,
}

/// Counts the candidates of a verified export by kind, sorted. The same export gives the same kinds.
///
/// Blocks: async code calls it inside `spawn_blocking`, and nowhere else.
///
/// # Errors
///
/// When a part can no longer be read.
pub fn kinds_of(export: &VerifiedExport) -> Result<Vec<Kind>, Error> {
    count(export, slices_for(export.manifest().size))
}

fn count(export: &VerifiedExport, slice_count: NonZeroU64) -> Result<Vec<Kind>, Error> {
    check_columns(export)?;
    let (mut all, mut harmed) = (tally(), gather_harmful());
    for slice in slices(export, slice_count, &mut |_| {}) {
        let slice = slice?;
        all.add(kinds(slice.candidates.clone()))?;
        harmed.add(harmful(slice.candidates))?;
    }
    let examples = harmed.finish()?.by(&[0, 1, 2, 3]);
    let total = all.total()?;
    let keys = KIND.map(|name| texts(&total, name)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let columns = COUNTS.map(|name| counts(&total, name)).into_iter().collect::<Result<Vec<_>, _>>()?;
    let kind = |row: usize| {
        let key: [String; 4] = std::array::from_fn(|column| keys[column][row].clone());
        let [proposed, decided, over, harmful, rejected, edited, failed, sent_back, reading_bytes] =
            std::array::from_fn(|column| columns[column][row]);
        let examples = examples_of(&examples, &key);
        let [action_type, risk, confidence, by] = key;
        Kind {
            action_type,
            risk,
            confidence,
            proposer: by,
            proposed,
            decided,
            over,
            harmful,
            rejected,
            edited,
            failed,
            sent_back,
            reading_bytes,
            examples,
        }
    };
    Ok((0..total.height()).map(kind).collect())
}

fn examples_of(all: &[Occurrence], key: &[String]) -> Vec<String> {
    all.iter()
        .find(|occurrence| occurrence.key == key)
        .map(|occurrence| occurrence.examples.clone())
        .unwrap_or_default()
}
