//! Fields of the leaf as a store keeps them beside it.

use crate::content::Commitment;
use crate::leaf::{self, Leaf};
use crate::payload::PayloadDigest;
use crate::principal::PrincipalKind;

/// A field of the leaf as a store keeps it in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// Identity of the log.
    Origin(&'a str),
    /// Kind of the entry.
    Kind(&'a str),
    /// What the entry is about.
    Subject(&'a str),
    /// Revision of the subject.
    SubjectRevision(u64),
    /// Kind of the principal.
    PrincipalKind(PrincipalKind),
    /// Pseudonym of the principal.
    PrincipalReference(&'a str),
    /// Append time, in microseconds since the Unix epoch, UTC.
    AppendedAtUs(i64),
    /// Key of the append.
    IdempotencyKey(&'a str),
    /// Digest of the payload, where there is one.
    PayloadDigest(Option<PayloadDigest>),
    /// Commitment to the content.
    Commitment(Commitment),
}

impl Column<'_> {
    pub(super) fn agrees(&self, leaf: &Leaf<&str>) -> bool {
        match *self {
            Self::Origin(stored) => stored == leaf.origin,
            Self::Kind(stored) => stored == leaf.kind,
            Self::Subject(stored) => stored == leaf.subject,
            Self::SubjectRevision(stored) => stored == leaf.subject_revision,
            Self::PrincipalKind(stored) => stored == leaf.principal_kind,
            Self::PrincipalReference(stored) => stored == leaf.principal_reference,
            Self::AppendedAtUs(stored) => stored == leaf.appended_at_us,
            Self::IdempotencyKey(stored) => stored == leaf.idempotency_key,
            Self::PayloadDigest(stored) => stored == leaf.payload_digest,
            Self::Commitment(stored) => stored == leaf.commitment,
        }
    }

    pub(super) const fn name(&self) -> leaf::Field {
        match self {
            Self::Origin(_) => leaf::Field::Origin,
            Self::Kind(_) => leaf::Field::Kind,
            Self::Subject(_) => leaf::Field::Subject,
            Self::SubjectRevision(_) => leaf::Field::SubjectRevision,
            Self::PrincipalKind(_) => leaf::Field::PrincipalKind,
            Self::PrincipalReference(_) => leaf::Field::PrincipalReference,
            Self::AppendedAtUs(_) => leaf::Field::AppendedAt,
            Self::IdempotencyKey(_) => leaf::Field::IdempotencyKey,
            Self::PayloadDigest(_) => leaf::Field::PayloadDigest,
            Self::Commitment(_) => leaf::Field::Commitment,
        }
    }
}
