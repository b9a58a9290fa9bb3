//! Which candidates stand in a list: what a filter's text comes to, and what a store searches by.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::order::TIERS;
use crate::domain::RiskTier;

/// What a candidate must be to stand in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// All of these hold; none given means always.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// A text field is, is not, or begins with something.
    Text {
        /// The field.
        field: TextField,
        /// How it must match.
        pattern: Pattern,
        /// Whether it must not match instead.
        negated: bool,
    },
    /// A time field stands in an order to a moment.
    Time {
        /// The field.
        field: TimeField,
        /// The order.
        order: Order,
        /// The moment.
        at: Timestamp,
    },
}

/// Fields of a candidate that hold a word or a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// The state's name, e.g. `PROPOSED`.
    State,
    /// The owner's id, e.g. `humans/anna`; empty for none.
    Owner,
    /// Whose turn it is, e.g. `humans/anna`, `roles/manager` or `services/executors`; empty for nobody's.
    Turn,
    /// The action type's name.
    ActionType,
    /// The risk tier's name, e.g. `HIGH`.
    Risk,
    /// The confidence level's name, e.g. `MEDIUM`.
    Confidence,
    /// The proposer's id, e.g. `generators/crm-rules`.
    Proposer,
    /// The related record as `{system}/{object type}/{id}`.
    Record,
}

/// Fields of a candidate that hold a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeField {
    /// When it was proposed.
    Create,
    /// When it last changed.
    Update,
    /// When its proposer needs it decided; a candidate without this time stands in no order to any moment.
    Due,
    /// When it expires undecided.
    Expire,
}

/// How a text must match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// It is exactly this.
    Is(String),
    /// It begins with this.
    BeginsWith(String),
}

/// In which order a time stands to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Before,
    /// `<=`
    NotAfter,
    /// `>`
    After,
    /// `>=`
    NotBefore,
}

impl Pattern {
    /// Tells whether a text matches.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Is(wanted) => text == wanted,
            Self::BeginsWith(beginning) => text.starts_with(beginning),
        }
    }
}

impl Condition {
    /// What always holds.
    pub const ALWAYS: Self = Self::All(Vec::new());

    /// What never holds.
    pub const NEVER: Self = Self::Any(Vec::new());

    /// Returns patterns one of which every match meets in a field; none when the condition says nothing about it.
    pub fn required(&self, field: TextField) -> Option<Vec<&Pattern>> {
        match self {
            Self::Text { field: asked, pattern, negated: false } if *asked == field => Some(vec![pattern]),
            Self::All(parts) => parts.iter().filter_map(|part| part.required(field)).reduce(within),
            Self::Any(parts) => {
                let each: Option<Vec<Vec<&Pattern>>> = parts.iter().map(|part| part.required(field)).collect();
                each.map(|each| each.concat())
            }
            Self::Text { .. } | Self::Time { .. } | Self::Not(_) => None,
        }
    }

    /// Tells whether it says something about a field.
    pub fn asks_for(&self, field: TextField) -> bool {
        self.comparisons().any(|part| matches!(part, Self::Text { field: asked, .. } if *asked == field))
    }

    /// Tells whether it says nothing of a text, the tier apart, but of this field, and nothing of a time but that of the proposal.
    pub fn asks_for_nothing_but(&self, field: TextField) -> bool {
        self.comparisons().all(|part| match part {
            Self::Text { field: asked, .. } => *asked == field || *asked == TextField::Risk,
            Self::Time { field: asked, .. } => *asked == TimeField::Create,
            Self::All(_) | Self::Any(_) | Self::Not(_) => true,
        })
    }

    /// Goes through it and all its parts.
    fn comparisons(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        let parts: &[Self] = match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(inner) => std::slice::from_ref(inner),
            Self::Text { .. } | Self::Time { .. } => &[],
        };
        Box::new(std::iter::once(self).chain(parts.iter().flat_map(Self::comparisons)))
    }

    /// Returns the tiers that a match can have.
    pub fn tiers(&self) -> Vec<RiskTier> {
        let patterns = self.required(TextField::Risk);
        let is_possible = |tier: &RiskTier| {
            patterns.as_ref().is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(tier.as_str())))
        };
        TIERS.into_iter().filter(is_possible).collect()
    }

    /// Returns what is left to ask of a candidate whose field is known to hold a text.
    #[must_use]
    pub fn given(&self, field: TextField, text: &str) -> Self {
        match self {
            Self::Text { field: asked, pattern, negated } if *asked == field => {
                if pattern.matches(text) == *negated {
                    Self::NEVER
                } else {
                    Self::ALWAYS
                }
            }
            Self::All(parts) => {
                let left = parts.iter().map(|part| part.given(field, text)).filter(|part| *part != Self::ALWAYS);
                let left: Vec<Self> = left.collect();
                if left.contains(&Self::NEVER) { Self::NEVER } else { Self::All(left).unwrapped() }
            }
            Self::Any(parts) => {
                let left = parts.iter().map(|part| part.given(field, text)).filter(|part| *part != Self::NEVER);
                let left: Vec<Self> = left.collect();
                if left.contains(&Self::ALWAYS) { Self::ALWAYS } else { Self::Any(left).unwrapped() }
            }
            Self::Not(inner) => match inner.given(field, text) {
                left if left == Self::ALWAYS => Self::NEVER,
                left if left == Self::NEVER => Self::ALWAYS,
                left => Self::Not(Box::new(left)),
            },
            other @ (Self::Text { .. } | Self::Time { .. }) => other.clone(),
        }
    }

    /// Returns the one part of it, where it has no more.
    fn unwrapped(self) -> Self {
        match self {
            Self::All(mut parts) | Self::Any(mut parts) if parts.len() == 1 => parts.remove(0),
            other => other,
        }
    }

    /// Returns whose turn is asked for by name.
    pub fn asked_turns(&self) -> BTreeSet<&str> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::asked_turns).collect(),
            Self::Not(inner) => inner.asked_turns(),
            Self::Text { field: TextField::Turn, pattern: Pattern::Is(turn), .. } => BTreeSet::from([turn.as_str()]),
            Self::Text { .. } | Self::Time { .. } => BTreeSet::new(),
        }
    }

    /// Asks for other turns in the place of those that are asked for by name: one of them is enough.
    #[must_use]
    pub fn with_turns(self, turns_for: &impl Fn(&str) -> Vec<String>) -> Self {
        let each = |parts: Vec<Self>| parts.into_iter().map(|part| part.with_turns(turns_for)).collect();
        match self {
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.with_turns(turns_for))),
            Self::Text { field: TextField::Turn, pattern: Pattern::Is(turn), negated } => {
                let is = |turn| Self::Text { field: TextField::Turn, pattern: Pattern::Is(turn), negated: false };
                let any = Self::Any(turns_for(&turn).into_iter().map(is).collect());
                if negated { Self::Not(Box::new(any)) } else { any }
            }
            other @ (Self::Text { .. } | Self::Time { .. }) => other,
        }
    }
}

/// Returns which of some patterns a match can meet that meets one of others, too: the values that both have; where one has more than values, it
/// is as good as any.
fn within<'a>(some: Vec<&'a Pattern>, others: Vec<&'a Pattern>) -> Vec<&'a Pattern> {
    if !some.iter().all(|pattern| matches!(pattern, Pattern::Is(_))) {
        return others;
    }
    some.into_iter()
        .filter(|pattern| others.iter().any(|other| matches!(pattern, Pattern::Is(value) if other.matches(value))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(name: &str, negated: bool) -> Condition {
        Condition::Text { field: TextField::Turn, pattern: Pattern::Is(name.into()), negated }
    }

    fn is(field: TextField, text: &str) -> Condition {
        Condition::Text { field, pattern: Pattern::Is(text.into()), negated: false }
    }

    #[test]
    fn what_is_known_of_a_field_is_no_longer_asked() {
        let (proposed, held) = (is(TextField::State, "PROPOSED"), is(TextField::State, "HELD"));
        let high = is(TextField::Risk, "HIGH");
        let either = Condition::Any(vec![proposed.clone(), held]);
        let not_high = Condition::Not(Box::new(high.clone()));
        let asked = Condition::All(vec![either.clone(), not_high.clone(), turn("humans/ben", true)]);
        let left = asked.given(TextField::State, "HELD");
        assert_eq!(left, Condition::All(vec![not_high, turn("humans/ben", true)]));
        assert_eq!(left.given(TextField::Risk, "LOW"), turn("humans/ben", true));
        assert_eq!(left.given(TextField::Risk, "HIGH"), Condition::NEVER);
        assert_eq!(asked.given(TextField::State, "EDITED"), Condition::NEVER);
        assert_eq!(left.given(TextField::Risk, "LOW").given(TextField::Turn, "humans/anna"), Condition::ALWAYS);
        let one = Condition::Any(vec![Condition::All(vec![proposed, high.clone()]), turn("humans/ben", false)]);
        assert_eq!(one.given(TextField::State, "HELD"), turn("humans/ben", false));
        assert_eq!(one.given(TextField::Turn, "humans/ben"), Condition::ALWAYS);
        assert_eq!(one.given(TextField::Owner, "humans/ben"), one);
    }

    #[test]
    fn a_turn_that_is_asked_for_gives_way_to_those_it_stands_for() {
        let state =
            Condition::Text { field: TextField::State, pattern: Pattern::Is("PROPOSED".into()), negated: false };
        let asked = Condition::All(vec![state.clone(), Condition::Not(Box::new(turn("me", false))), turn("me", true)]);
        assert_eq!(asked.asked_turns(), BTreeSet::from(["me"]));
        let both = Condition::Any(vec![turn("humans/ben", false), turn("roles/manager", false)]);
        let neither = || Condition::Not(Box::new(both.clone()));
        let expected = Condition::All(vec![state, neither(), neither()]);
        assert_eq!(asked.with_turns(&|_| vec!["humans/ben".into(), "roles/manager".into()]), expected);
    }
}
