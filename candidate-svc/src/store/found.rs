use countersign_api::name::CandidateName;
use ledger_format::{Hash, PayloadDigest, PrincipalKind};

use super::Subject;
use crate::domain::{Moment, Rival};

/// An event as it is kept, with its receipt once there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// A serialized `CandidateEvent`, as it was encoded when it was decided.
    pub content: Vec<u8>,
    /// Index and leaf hash of its ledger entry.
    pub receipt: Option<(u64, Hash)>,
}

/// An event that waits for its receipt, with all that its ledger entry shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEvent {
    /// Its place in the order of commits.
    pub position: i64,
    /// What it is about.
    pub subject: Subject,
    /// The revision that it made.
    pub revision: u64,
    /// Its position in that revision, from 0.
    pub ordinal: u32,
    /// The entry's kind.
    pub kind: String,
    /// What kind of principal did it.
    pub principal_kind: PrincipalKind,
    /// Under which pseudonym the ledger shows that principal.
    pub principal_reference: String,
    /// The payload digest, where the event is about one.
    pub payload_digest: Option<PayloadDigest>,
    /// W3C traceparent of the call that caused it; may be empty.
    pub traceparent: String,
    /// A serialized `CandidateEvent`.
    pub content: Vec<u8>,
}

/// Where an approving event stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovingEntry {
    /// The revision that the approval made.
    pub revision: u64,
    /// The event's position in that revision, from 0.
    pub ordinal: u32,
    /// The entry's index.
    pub entry_index: u64,
    /// W3C traceparent of the call that approved; may be empty.
    pub traceparent: String,
}

/// Another live candidate that would change the same field of the same record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The other candidate.
    pub rival: Rival,
    /// What both would change.
    pub subject: String,
}

/// An approval that stands in the ledger and that nobody has claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimable {
    /// The candidate.
    pub candidate: CandidateName,
    /// Where its approval stands.
    pub entry: ApprovingEntry,
    /// Index of the entry that records the standing approval which gave it ahead, if one did.
    pub granted_in: Option<u64>,
}

/// Whose turn it is to send a workspace's events to the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayTurn {
    /// This process's.
    Ours,
    /// Another's, until then at the latest.
    AnothersUntil(Moment),
}

impl OutboxEvent {
    /// Returns the key under which the ledger takes the event exactly once.
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}/{}", self.subject.id(), self.revision, self.ordinal)
    }
}
