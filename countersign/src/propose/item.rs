use std::fmt;

use countersign_api::candidate::v1::Proposal;

/// A proposal on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The id under which it is sent: the same for the same thing, however often it is sent.
    pub request_id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What is proposed.
    pub proposal: Proposal,
}

/// Where an item comes from, for people who look for it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A record of a source system, by its id there.
    Record(String),
    /// A line of a file, from 1.
    Line(u64),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(id) => write!(f, "record `{id}`"),
            Self::Line(line) => write!(f, "line {line}"),
        }
    }
}
