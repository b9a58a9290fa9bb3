//! What a figure means.

/// What a figure means. `docs/metrics.md` says the same at length.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Names the question; also the first part of its tables' ids.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// The heading of the column that counts.
    pub numerator_word: &'static str,
    /// The heading of the column that it is counted of.
    pub denominator_word: &'static str,
    /// What is counted.
    pub numerator: &'static str,
    /// Of what.
    pub denominator: &'static str,
    /// What one is.
    pub unit: &'static str,
    /// What is left out, and why.
    pub exclusions: &'static str,
    /// Counts the changes of meaning: figures of different versions must not be compared.
    pub version: u32,
}
