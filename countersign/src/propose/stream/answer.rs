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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Kept, and not answered before.
    pub accepted: u64,
    /// Kept, and answered before.
    pub replayed: u64,
    /// Refused, or no proposal at all.
    pub refused: u64,
}

impl Tally {
    pub(super) fn count(&mut self, answer: &Answer) {
        let counter = match answer {
            Answer::Accepted { replayed: false, .. } => &mut self.accepted,
            Answer::Accepted { replayed: true, .. } => &mut self.replayed,
            Answer::Refused(_) | Answer::Unreadable(_) => &mut self.refused,
        };
        *counter += 1;
    }
}
