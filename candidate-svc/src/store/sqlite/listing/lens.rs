//! Indexes that a condition could use: a field, and the few values, or the stretch of time, that every match has there.

use sqlx::{QueryBuilder, Sqlite};

use crate::{
    listing::condition::{Condition, Order, Pattern, TextField, TimeField},
    store::condition::{self, push_pattern, text_column},
};

/// The most values that are looked up one by one.
const VALUES_MAX: usize = 32;

/// Text fields with an index of their own, those first whose values are usually the rarer. The tier is part of every order.
const TEXTS: [TextField; 7] = [
    TextField::Record,
    TextField::Turn,
    TextField::Owner,
    TextField::State,
    TextField::Proposer,
    TextField::ActionType,
    TextField::Confidence,
];

/// Time fields with an index of their own. The time of the proposal is the order of every other index.
const TIMES: [TimeField; 3] = [TimeField::Due, TimeField::Expire, TimeField::Update];

/// A few looks into indexes that find every match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lens<'a> {
    pub(super) looks: Vec<Look<'a>>,
}

/// One look into an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look<'a> {
    /// For a value, or for what begins with it.
    Text(TextField, &'a Pattern),
    /// For a stretch of time.
    Time(TimeField, &'a Condition),
}

impl<'a> Look<'a> {
    /// Returns the index that it looks into.
    pub(super) const fn index(self) -> &'static str {
        match self {
            Self::Text(field, _) => match field {
                TextField::State => "candidates_by_state",
                TextField::Owner => "candidates_by_owner",
                TextField::Turn => "candidates_by_turn",
                TextField::ActionType => "candidates_by_action_type",
                TextField::Risk => "candidates_by_risk",
                TextField::Confidence => "candidates_by_confidence",
                TextField::Proposer => "candidates_by_proposer",
                TextField::Record => "candidates_by_record",
            },
            Self::Time(field, _) => match field {
                TimeField::Create => "candidates_by_risk",
                TimeField::Update => "candidates_by_update_time",
                TimeField::Due => "candidates_by_due_time",
                TimeField::Expire => "candidates_by_expire_time",
            },
        }
    }

    /// Tells whether its index has all that a condition asks for, so that no row is read in vain.
    fn covers(self, condition: &Condition) -> bool {
        let Self::Text(field, _) = self else { return false };
        match field {
            TextField::State => true,
            TextField::Turn | TextField::Owner => !condition.asks_for(TextField::Record),
            _ => condition.asks_for_nothing_but(field),
        }
    }

    /// Returns what is left to ask of what it finds.
    pub(super) fn leaves(self, condition: &Condition) -> Condition {
        match self {
            Self::Text(field, Pattern::Is(value)) => condition.given(field, value),
            Self::Text(_, Pattern::BeginsWith(_)) | Self::Time(..) => condition.clone(),
        }
    }

    /// Writes what it looks for.
    pub(super) fn push(self, query: &mut QueryBuilder<Sqlite>) {
        match self {
            Self::Text(field, pattern) => push_pattern(query, field, pattern),
            Self::Time(_, stretch) => condition::push(query, stretch),
        }
    }

    /// Returns the column and the single value that it looks for in it; none when it looks for more.
    fn value(self) -> Option<(&'static str, &'a str)> {
        match self {
            Self::Text(field, Pattern::Is(value)) => Some((text_column(field), value)),
            Self::Text(_, Pattern::BeginsWith(_)) | Self::Time(..) => None,
        }
    }
}

impl<'a> Lens<'a> {
    fn of(looks: Vec<Look<'a>>) -> Option<Self> {
        let lens = Self { looks };
        let is_one_range = lens.looks.len() == 1;
        ((lens.is_exact() || is_one_range) && (1..=VALUES_MAX).contains(&lens.looks.len())).then_some(lens)
    }

    /// Returns the one index that it looks into; none when there are several.
    pub(super) fn index(&self) -> Option<&'static str> {
        let first = self.looks.first()?.index();
        self.looks.iter().all(|look| look.index() == first).then_some(first)
    }

    /// Tells whether no two of its looks find the same candidate.
    pub(super) fn is_disjoint(&self) -> bool {
        self.index().is_some()
    }

    /// Tells whether it looks at single values: what it finds for each stands in order.
    pub(super) fn is_exact(&self) -> bool {
        self.looks.iter().all(|look| look.value().is_some())
    }

    /// Tells whether its indexes have all that a condition asks for.
    pub(super) fn covers(&self, condition: &Condition) -> bool {
        self.looks.iter().all(|look| look.covers(condition))
    }

    /// Writes that one of the looks, all into one index, finds it, so that the index is searched for them.
    pub(super) fn push_any(&self, query: &mut QueryBuilder<Sqlite>) {
        let values: Vec<_> = self.looks.iter().filter_map(|look| look.value()).collect();
        let Some((column, _)) = values.first().filter(|_| self.is_exact()) else {
            return self.looks.iter().for_each(|look| look.push(query));
        };
        query.push(column).push(" IN (");
        let mut list = query.separated(", ");
        for (_, value) in values {
            list.push_bind(value.to_owned());
        }
        query.push(")");
    }
}

/// Finds the lenses that a condition could be seen through: those over one field, in the order of [`TEXTS`], then of [`TIMES`]; then, where
/// one of several things must hold, those that together see each of them.
pub(super) fn lenses(condition: &Condition) -> Vec<Lens<'_>> {
    let texts = TEXTS.into_iter().filter_map(|field| {
        let mut patterns = condition.required(field)?;
        patterns.sort_unstable();
        patterns.dedup();
        Lens::of(patterns.into_iter().map(|pattern| Look::Text(field, pattern)).collect())
    });
    let times = TIMES.into_iter().filter_map(|field| Lens::of(vec![Look::Time(field, stretch(condition, field)?)]));
    texts.chain(times).chain(joined(condition)).collect()
}

/// Joins, where one of several things must hold, a lens for each of them, if that takes several indexes.
fn joined(condition: &Condition) -> Vec<Lens<'_>> {
    match condition {
        Condition::All(parts) => parts.iter().flat_map(joined).collect(),
        Condition::Any(parts) => {
            let each: Option<Vec<Lens<'_>>> = parts.iter().map(|part| lenses(part).into_iter().next()).collect();
            let mut looks: Vec<Look<'_>> = each.into_iter().flatten().flat_map(|lens| lens.looks).collect();
            looks.dedup();
            Lens::of(looks).filter(|lens| lens.index().is_none()).into_iter().collect()
        }
        Condition::Not(_) | Condition::Text { .. } | Condition::Time { .. } => Vec::new(),
    }
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
