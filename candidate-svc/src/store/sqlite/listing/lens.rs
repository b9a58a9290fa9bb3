//! Indexes that a condition could use: a field, and the few values, or the stretch of time, that every match has there.

use sqlx::{QueryBuilder, Sqlite};

use crate::{
    listing::condition::{Condition, Order, Pattern, TextField, TimeField},
    store::condition::{self, push_pattern, text_column},
};

/// The most values that are looked up one by one.
const VALUES_MAX: usize = 32;

/// Text fields with an index of their own, those first whose values are usually the rarer.
const TEXTS: [(TextField, &str); 7] = [
    (TextField::Record, "candidates_by_record"),
    (TextField::Turn, "candidates_by_turn"),
    (TextField::Owner, "candidates_by_owner"),
    (TextField::Proposer, "candidates_by_proposer"),
    (TextField::ActionType, "candidates_by_action_type"),
    (TextField::Confidence, "candidates_by_confidence"),
    (TextField::State, "candidates_by_state"),
];

/// Time fields with an index of their own. The time of the proposal is the order of every other index.
const TIMES: [(TimeField, &str); 3] = [
    (TimeField::Due, "candidates_by_due_time"),
    (TimeField::Expire, "candidates_by_expire_time"),
    (TimeField::Update, "candidates_by_update_time"),
];

/// An index, and where to look in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lens<'a> {
    pub(super) index: &'static str,
    /// No two of them find the same candidate.
    pub(super) looks: Vec<Look<'a>>,
}

/// One look into an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look<'a> {
    /// For a value, or for what begins with it.
    Text(TextField, &'a Pattern),
    /// For a stretch of time.
    Time(&'a Condition),
}

impl Look<'_> {
    /// Writes what it looks for.
    pub(super) fn push(self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::Text(field, pattern) => push_pattern(query, field, pattern),
            Self::Time(stretch) => condition::push(query, stretch),
        }
    }
}

impl Lens<'_> {
    /// Writes that one of the looks finds it, so that the index is searched for them.
    pub(super) fn push_any(&self, query: &mut QueryBuilder<Sqlite>) {
        let values: Vec<(TextField, &String)> = self.looks.iter().copied().filter_map(value).collect();
        let Some((field, _)) = values.first().filter(|_| self.is_exact()) else {
            return self.looks.iter().for_each(|look| look.push(query));
        };
        query.push(text_column(*field)).push(" IN (");
        let mut list = query.separated(", ");
        for (_, value) in values {
            list.push_bind(value.clone());
        }
        query.push(")");
    }

    /// Tells whether it looks at single values: what it finds for each stands in order.
    pub(super) fn is_exact(&self) -> bool {
        self.looks.iter().all(|look| value(*look).is_some())
    }
}

fn value(look: Look<'_>) -> Option<(TextField, &String)> {
    match look {
        Look::Text(field, Pattern::Is(value)) => Some((field, value)),
        Look::Text(_, Pattern::BeginsWith(_)) | Look::Time(_) => None,
    }
}

/// Finds the indexes that a condition could use, in the order of [`TEXTS`], then of [`TIMES`].
pub(super) fn lenses(condition: &Condition) -> Vec<Lens<'_>> {
    let texts = TEXTS.into_iter().filter_map(|(field, index)| {
        let mut patterns = condition.required(field)?;
        patterns.sort_unstable();
        patterns.dedup();
        let looks: Vec<Look<'_>> = patterns.into_iter().map(|pattern| Look::Text(field, pattern)).collect();
        let lens = Lens { index, looks };
        let is_one_range = lens.looks.len() == 1;
        ((lens.is_exact() || is_one_range) && lens.looks.len() <= VALUES_MAX).then_some(lens)
    });
    let times = TIMES.into_iter().filter_map(|(field, index)| {
        stretch(condition, field).map(|stretch| Lens { index, looks: vec![Look::Time(stretch)] })
    });
    texts.chain(times).collect()
}

/// Returns the comparison that keeps every match within a stretch of a time field; none when the condition has none.
fn stretch(condition: &Condition, field: TimeField) -> Option<&Condition> {
    match condition {
        Condition::Time { field: asked, order, at: _ } if *asked == field && *order != Order::NotEqual => {
            Some(condition)
        }
        Condition::All(parts) => parts.iter().find_map(|part| stretch(part, field)),
        Condition::Any(_) | Condition::Text { .. } | Condition::Time { .. } | Condition::Not(_) => None,
    }
}
