use std::collections::BTreeMap;

use crate::propose::Origin;
use crate::propose::jsonl::LineError;
use crate::refusal::Refusal;

/// What became of one item.
#[derive(Debug)]
pub enum Answer {
    /// It is kept, durably.
    Accepted {
        /// The candidate's name.
        candidate: String,
        /// The revision that the answer is about.
        revision: i64,
        /// Whether this request had been answered before, also to this caller, before a cut.
        replayed: bool,
    },
    /// The server refused it.
    Refused(Refused),
    /// It was no proposal and was not sent.
    Unreadable(LineError),
}

/// An item that was refused.
#[derive(Debug)]
pub struct Refused {
    /// The id under which it was sent.
    pub request_id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Why.
    pub refusal: Refusal,
}

/// How many items met which answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Kept, and not answered before.
    pub accepted: u64,
    /// Kept, and answered before.
    pub replayed: u64,
    /// Refused, or no proposal at all, by the reason's name.
    pub refused: BTreeMap<String, u64>,
}

impl Tally {
    /// Returns how many were refused, for whatever reason.
    pub fn refused_in_all(&self) -> u64 {
        self.refused.values().sum()
    }

    pub(super) fn count(&mut self, answer: &Answer) {
        match answer {
            Answer::Accepted { replayed: false, .. } => self.accepted += 1,
            Answer::Accepted { replayed: true, .. } => self.replayed += 1,
            Answer::Refused(refused) => self.count_refused(refused.refusal.reason_name()),
            Answer::Unreadable(error) => self.count_refused(error.reason_name().to_owned()),
        }
    }

    fn count_refused(&mut self, reason: String) {
        *self.refused.entry(reason).or_default() += 1;
    }
}
