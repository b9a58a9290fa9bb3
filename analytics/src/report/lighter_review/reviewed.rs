//! A category as whoever follows a suggestion needs it.

use serde::Serialize;

use super::Judged;
use crate::report::occurrences::{EXAMPLES_MAX, Occurrence};

/// A category of low risk: what people made of it, and whether less looking is suggested.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewedCategory {
    /// Kind of action.
    pub action_type: String,
    /// Who proposes: id of a generator or service, pseudonym of a person.
    pub proposer: String,
    /// Stated confidence.
    pub confidence: String,
    /// Candidates that a person decided on, that are over, and that turned out harmful.
    pub harmful: u64,
    /// Candidates that a person decided on and that are over.
    pub decided: u64,
    /// The rate of harm is at most this, however often one looks.
    pub bound: f64,
    /// How sure that is.
    pub confidence_level: f64,
    /// How many more decided candidates without harm it takes; none where no threshold is set.
    pub harmless_missing: Option<u64>,
    /// Of 1,000 candidates approved ahead, how many a person must look at; none where all would have to be looked at.
    pub audit_per_mille: Option<u32>,
    /// Whether lighter review is suggested.
    pub is_suggested: bool,
    /// Names of the first harmful candidates, at most three.
    pub against: Vec<String>,
}

/// Puts together what was judged with the candidates that argue against.
pub(in crate::report) fn reviewed(judged: &[Judged], against: &[Occurrence]) -> Vec<ReviewedCategory> {
    let of = |judged: &Judged| {
        let Judged { category, confidence_level, bound, harmless_missing, audit_per_mille, is_suggested } = judged;
        let key = [&category.action_type, &category.proposer, &category.confidence];
        let of_it = against.iter().filter(|harm| harm.key.iter().zip(key).all(|(found, wanted)| found == wanted));
        ReviewedCategory {
            action_type: category.action_type.clone(),
            proposer: category.proposer.clone(),
            confidence: category.confidence.clone(),
            harmful: category.harm.harmful,
            decided: category.harm.decided,
            bound: *bound,
            confidence_level: *confidence_level,
            harmless_missing: *harmless_missing,
            audit_per_mille: *audit_per_mille,
            is_suggested: *is_suggested,
            against: of_it.flat_map(|harm| harm.examples.iter().cloned()).take(EXAMPLES_MAX).collect(),
        }
    };
    judged.iter().map(of).collect()
}
