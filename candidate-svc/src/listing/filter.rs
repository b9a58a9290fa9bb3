//! Filters of lists (AIP-160): a text becomes a [`Condition`] over an allow-list of fields, or an error with its position.

mod age;
mod negation;
mod position;
mod time;

use aip_160::{Arg, Comparable, Comparator, Expression, FilterError, Restriction, StringMatch, Value};
use countersign_api::candidate::v1 as api;

use super::condition::{Condition, Order, Pattern, TextField, TimeField};
use crate::domain::Moment;
use position::Positions;

/// The longest filter, in bytes.
pub const FILTER_MAX_BYTES: usize = 4 * 1024;

/// The most comparisons in one filter.
pub const FILTER_MAX_COMPARISONS: usize = 64;

/// The most parentheses that a filter opens before it closes one.
pub const FILTER_MAX_DEPTH: usize = 16;

/// Why a text is no filter of candidates, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the filter is not understood at byte {position}: {message}")]
pub struct Error {
    /// The byte at which the trouble begins, from 0.
    pub position: usize,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Reads a filter; the empty text lets everything through. Ages count back from `now`.
///
/// # Errors
/// When it breaks the grammar, names another field, or compares a field with what it can never be.
pub fn parse(text: &str, now: Moment) -> Result<Condition, Error> {
    if text.len() > FILTER_MAX_BYTES {
        return Err(Error { position: FILTER_MAX_BYTES, message: format!("it is over {FILTER_MAX_BYTES} bytes") });
    }
    let filter =
        aip_160::parse_filter_with_max_depth(text, FILTER_MAX_DEPTH).map_err(|error| of_grammar(text, &error))?;
    let mut reader = Reader { positions: Positions::of(text), now };
    match filter.expression {
        None => Ok(Condition::ALWAYS),
        Some(expression) => reader.expression(&expression),
    }
}

fn of_grammar(text: &str, error: &FilterError) -> Error {
    match error {
        FilterError::Syntax { offset, message } => Error { position: *offset, message: message.clone() },
        FilterError::TooDeep { limit } => Error {
            position: position::nested_deeper_than(text, *limit),
            message: format!("it nests over {limit} levels deep; write it flatter"),
        },
        other => Error { position: 0, message: other.to_string() },
    }
}

/// Walks the tree in the order of the text, so that positions are met one after the other.
struct Reader {
    positions: Positions,
    now: Moment,
}

impl Reader {
    fn expression(&mut self, expression: &Expression) -> Result<Condition, Error> {
        match expression {
            Expression::And(parts) | Expression::Sequence(parts) => Ok(Condition::All(self.each(parts)?)),
            Expression::Or(parts) => Ok(Condition::Any(self.each(parts)?)),
            Expression::Not(inner) => Ok(negation::negate(self.expression(inner)?)),
            Expression::Restriction(restriction) => self.restriction(restriction),
            Expression::Global(comparable) => {
                Err(self.positions.error_at_next(format!("`{}` stands alone; write `field = value`", cut(comparable))))
            }
        }
    }

    fn each(&mut self, parts: &[Expression]) -> Result<Vec<Condition>, Error> {
        parts.iter().map(|part| self.expression(part)).collect()
    }

    fn restriction(&mut self, restriction: &Restriction) -> Result<Condition, Error> {
        let place = self.positions.next();
        let error = |wrong: Wrong| match wrong {
            Wrong::Field(message) => Error { position: place.field, message },
            Wrong::Comparator(message) => Error { position: place.comparator, message },
            Wrong::Value(message) => Error { position: place.value, message },
        };
        if self.positions.passed() > FILTER_MAX_COMPARISONS {
            return Err(error(Wrong::Field(format!("it has over {FILTER_MAX_COMPARISONS} comparisons"))));
        }
        let field = restriction.comparable.field_path().unwrap_or_default();
        if let Some(field) = TextField::of_name(&field) {
            return text_condition(field, restriction).map_err(error);
        }
        if let Some(field) = TimeField::of_name(&field) {
            return time_condition(field, restriction).map_err(error);
        }
        if field == age::FIELD {
            return age::condition(restriction, self.now).map_err(error);
        }
        Err(error(Wrong::Field(format!("`{}` is no field; use {FIELDS}", cut(&restriction.comparable)))))
    }
}

/// Which part of a comparison is wrong, and what of it.
enum Wrong {
    Field(String),
    Comparator(String),
    Value(String),
}

/// What can be filtered, as people read it.
const FIELDS: &str = "state, owner, turn, action_type, risk, confidence, proposer, record, create_time, update_time, \
                      due_time, expire_time or age";

fn text_condition(field: TextField, restriction: &Restriction) -> Result<Condition, Wrong> {
    let negated = match restriction.comparator {
        Comparator::Equal => false,
        Comparator::NotEqual => true,
        other => return Err(Wrong::Comparator(format!("`{other}` does not go with a text; use `=` or `!=`"))),
    };
    let pattern = match quoted(&restriction.arg).and_then(Value::string_match) {
        Some(StringMatch::Exact(text) | StringMatch::Prefix(text)) if text.contains('*') => {
            return Err(Wrong::Value("a `*` inside is not supported; end the text with the first one".to_owned()));
        }
        Some(StringMatch::Exact(text)) => Pattern::Is(text.to_owned()),
        Some(StringMatch::Prefix(text)) => Pattern::BeginsWith(text.to_owned()),
        Some(StringMatch::Contains("")) => {
            let mend =
                "a `*` alone stands for every text: leave the comparison out, or write `!= \"\"` for any but none";
            return Err(Wrong::Value(mend.to_owned()));
        }
        Some(StringMatch::Suffix(_) | StringMatch::Contains(_)) => {
            return Err(Wrong::Value("a `*` at the beginning is not supported; put it at the end".to_owned()));
        }
        None => match unquoted(&restriction.arg) {
            Some(text) if text.contains('*') => {
                return Err(Wrong::Value("a `*` stands for something in quotes alone; write \"…*\"".to_owned()));
            }
            Some(text) => Pattern::Is(text),
            None => return Err(Wrong::Value("the value is no word and no quoted text".to_owned())),
        },
    };
    if let (Pattern::Is(value), Some(allowed)) = (&pattern, field.words())
        && !allowed.contains(&value.as_str())
    {
        return Err(Wrong::Value(format!("the field is never that; use one of {}", allowed.join(", "))));
    }
    Ok(if negated { negation::other_than(field, pattern) } else { Condition::Text { field, pattern, negated } })
}

fn time_condition(field: TimeField, restriction: &Restriction) -> Result<Condition, Wrong> {
    let order = match restriction.comparator {
        Comparator::Equal => Order::Equal,
        Comparator::NotEqual => Order::NotEqual,
        Comparator::LessThan => Order::Before,
        Comparator::LessThanOrEqual => Order::NotAfter,
        Comparator::GreaterThan => Order::After,
        Comparator::GreaterThanOrEqual => Order::NotBefore,
        Comparator::Has => {
            let reason = "`:` does not go with a time; use `=`, `<`, `>` and their like";
            return Err(Wrong::Comparator(reason.to_owned()));
        }
    };
    let at = quoted(&restriction.arg).and_then(|value| time::read(value.as_str()));
    let at = at.ok_or_else(|| {
        let reason = "the value is no time; write it as RFC 3339 in quotes, such as \"2026-11-22T10:00:00Z\"";
        Wrong::Value(reason.to_owned())
    })?;
    Ok(Condition::Time { field, order, at })
}

fn quoted(arg: &Arg) -> Option<&Value> {
    arg.as_value().filter(|value| value.is_quoted())
}

fn unquoted(arg: &Arg) -> Option<String> {
    match arg {
        Arg::Comparable(comparable) => comparable.field_path(),
        Arg::Composite(_) => None,
    }
}

fn cut(comparable: &Comparable) -> String {
    comparable.to_string().chars().take(64).collect()
}

impl TextField {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            "state" => Some(Self::State),
            "owner" => Some(Self::Owner),
            "turn" => Some(Self::Turn),
            "action_type" => Some(Self::ActionType),
            "risk" => Some(Self::Risk),
            "confidence" => Some(Self::Confidence),
            "proposer" => Some(Self::Proposer),
            "record" => Some(Self::Record),
            _ => None,
        }
    }

    /// Returns the only words the field can hold, where they are few.
    fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Self::State => {
                Some(words_of("STATE_", |number| api::State::try_from(number).ok().map(|word| word.as_str_name())))
            }
            Self::Risk => Some(words_of("RISK_TIER_", |number| {
                api::RiskTier::try_from(number).ok().map(|word| word.as_str_name())
            })),
            Self::Confidence => Some(words_of("CONFIDENCE_LEVEL_", |number| {
                api::ConfidenceLevel::try_from(number).ok().map(|word| word.as_str_name())
            })),
            Self::Owner | Self::Turn | Self::ActionType | Self::Proposer | Self::Record => None,
        }
    }
}

impl TimeField {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            "create_time" => Some(Self::Create),
            "update_time" => Some(Self::Update),
            "due_time" => Some(Self::Due),
            "expire_time" => Some(Self::Expire),
            _ => None,
        }
    }
}

/// Lists the words of a contract enum without its prefix, from its first real value on.
fn words_of(prefix: &str, name_of: impl Fn(i32) -> Option<&'static str>) -> Vec<&'static str> {
    (1..).map_while(name_of).map(|name| name.strip_prefix(prefix).unwrap_or(name)).collect()
}

#[cfg(test)]
mod tests;
