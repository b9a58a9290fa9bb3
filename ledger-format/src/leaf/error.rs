//! Why a leaf cannot be encoded or decoded, by field.

use std::fmt;

use super::{LEAF_MAX_BYTES, LEAF_VERSION};

/// Why a leaf cannot be encoded, or bytes are no leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The first byte names no layout known here.
    #[error("leaf version `{found}` is unknown, `{LEAF_VERSION}` is expected: read it with a newer verifier")]
    UnknownVersion {
        /// The first byte.
        found: u8,
    },
    /// The bytes end inside a field.
    #[error("the leaf ends inside its {0}: fetch the whole leaf")]
    CutOff(Field),
    /// A text field is empty.
    #[error("the leaf's {0} is empty: every text field must say something")]
    Empty(Field),
    /// A text field is not UTF-8.
    #[error("the leaf's {0} is not UTF-8: write text fields as UTF-8")]
    NotUtf8(Field),
    /// A byte has a value that its field does not know.
    #[error("byte `{found}` is no {field}: use the values of the leaf layout")]
    UnknownByte {
        /// The field the byte stands in.
        field: Field,
        /// The byte.
        found: u8,
    },
    /// The leaf is longer than an entry bundle can say.
    #[error("the leaf has `{bytes}` bytes, `{LEAF_MAX_BYTES}` are allowed: shorten its text fields")]
    TooLong {
        /// Length of the encoded leaf.
        bytes: usize,
    },
    /// Bytes follow the last field.
    #[error("`{bytes}` bytes follow the leaf's last field: pass one leaf at a time")]
    Trailing {
        /// How many bytes follow.
        bytes: usize,
    },
}

/// A field of the layout, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The version byte.
    Version,
    /// The log's identity.
    Origin,
    /// The entry's kind.
    Kind,
    /// What the entry is about.
    Subject,
    /// The subject's revision.
    SubjectRevision,
    /// The kind of principal.
    PrincipalKind,
    /// The principal's pseudonym.
    PrincipalReference,
    /// The append time.
    AppendedAt,
    /// The idempotency key.
    IdempotencyKey,
    /// The payload digest and the byte that says whether there is one.
    PayloadDigest,
    /// The commitment to the content.
    Commitment,
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Version => "version",
            Self::Origin => "origin",
            Self::Kind => "kind",
            Self::Subject => "subject",
            Self::SubjectRevision => "subject revision",
            Self::PrincipalKind => "principal kind",
            Self::PrincipalReference => "principal reference",
            Self::AppendedAt => "append time",
            Self::IdempotencyKey => "idempotency key",
            Self::PayloadDigest => "payload digest",
            Self::Commitment => "commitment",
        })
    }
}
