//! Which candidates stand in a list: what a filter's text comes to, and what a store searches by.

use jiff::Timestamp;

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
    CreateTime,
    /// When it last changed.
    UpdateTime,
}

/// How a text must match.
#[derive(Debug, Clone, PartialEq, Eq)]
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
