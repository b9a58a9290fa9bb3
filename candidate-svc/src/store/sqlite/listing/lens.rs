//! Indexes that a condition could use: a field, and the few values that every match has there.

use sqlx::{QueryBuilder, Sqlite};

use super::condition::{push_pattern, text_column};
use crate::{
    domain::RiskTier,
    listing::{
        condition::{Condition, Pattern, TextField},
        order::TIERS,
    },
};

/// The most values that are looked up one by one.
const VALUES_MAX: usize = 32;

/// Fields with an index of their own, those first whose values are usually the rarer.
const FIELDS: [(TextField, &str); 5] = [
    (TextField::Record, "candidates_by_record"),
    (TextField::Turn, "candidates_by_turn"),
    (TextField::Owner, "candidates_by_owner"),
    (TextField::ActionType, "candidates_by_action_type"),
    (TextField::State, "candidates_by_state"),
];

/// An index, and where to look in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lens<'a> {
    pub(super) field: TextField,
    pub(super) index: &'static str,
    /// No two match the same value.
    pub(super) patterns: Vec<&'a Pattern>,
}

impl Lens<'_> {
    /// Writes that one of the patterns matches, so that the index is searched for them.
    pub(super) fn push_any(&self, query: &mut QueryBuilder<Sqlite>) {
        if !self.is_exact() {
            return self.patterns.iter().for_each(|range| push_pattern(query, self.field, range));
        }
        query.push(text_column(self.field)).push(" IN (");
        let mut values = query.separated(", ");
        for pattern in &self.patterns {
            if let Pattern::Is(value) = pattern {
                values.push_bind(value.clone());
            }
        }
        query.push(")");
    }

    /// Tells whether it looks at single values: what it finds for each stands in order.
    pub(super) fn is_exact(&self) -> bool {
        self.patterns.iter().all(|pattern| matches!(pattern, Pattern::Is(_)))
    }
}

/// Finds the indexes that a condition could use, in the order of [`FIELDS`].
pub(super) fn lenses(condition: &Condition) -> Vec<Lens<'_>> {
    let usable = FIELDS.into_iter().filter_map(|(field, index)| {
        let mut patterns = required(condition, field)?;
        patterns.sort_unstable();
        patterns.dedup();
        let lens = Lens { field, index, patterns };
        let is_one_range = lens.patterns.len() == 1;
        ((lens.is_exact() || is_one_range) && lens.patterns.len() <= VALUES_MAX).then_some(lens)
    });
    usable.collect()
}

/// Returns the tiers that a match can have.
pub(super) fn tiers(condition: &Condition) -> Vec<RiskTier> {
    let patterns = required(condition, TextField::Risk);
    let is_possible = |tier: &RiskTier| {
        patterns.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(tier.as_str())))
    };
    TIERS.into_iter().filter(is_possible).collect()
}

/// Returns patterns one of which every match meets in a field; none when the condition says nothing about it.
fn required(condition: &Condition, field: TextField) -> Option<Vec<&Pattern>> {
    match condition {
        Condition::Text { field: asked, pattern, negated: false } if *asked == field => Some(vec![pattern]),
        Condition::All(parts) => parts.iter().find_map(|part| required(part, field)),
        Condition::Any(parts) => {
            let each: Option<Vec<Vec<&Pattern>>> = parts.iter().map(|part| required(part, field)).collect();
            each.map(|each| each.concat())
        }
        Condition::Text { .. } | Condition::Time { .. } | Condition::Not(_) => None,
    }
}
