//! The leaf: what the tree hashes for one entry.
//!
//! A leaf says who did which kind of thing to what, and commits to the content without holding it. Its bytes are canonical: one
//! leaf has one encoding, and every byte string that decodes encodes to itself again.

mod error;

use serde::{Deserialize, Serialize};

use crate::content::Commitment;
use crate::hash::HASH_BYTES;
use crate::payload::PayloadDigest;
use crate::principal::PrincipalKind;

pub use error::{Error, Field};

/// First byte of every leaf of this layout.
pub const LEAF_VERSION: u8 = 1;

/// Most bytes of an encoded leaf: what the two-byte length of a C2SP entry bundle can say.
pub const LEAF_MAX_BYTES: usize = 65_535;

/// One entry's clear fields. `S` is `String` for a leaf that is written and `&str` for one that was decoded in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leaf<S = String> {
    /// Identity of the log that holds the entry.
    pub origin: S,
    /// Kind of the entry: the event's name in snake case.
    pub kind: S,
    /// Resource name of what the entry is about.
    pub subject: S,
    /// Revision of the subject that the event made.
    pub subject_revision: u64,
    /// Kind of the principal that caused the event.
    pub principal_kind: PrincipalKind,
    /// Pseudonym of the principal that caused the event.
    pub principal_reference: S,
    /// When the ledger appended the entry, in microseconds since the Unix epoch, UTC.
    pub appended_at_us: i64,
    /// Key under which the entry was appended; unique in the log.
    pub idempotency_key: S,
    /// Digest of the payload that the event is about, where it is about one.
    pub payload_digest: Option<PayloadDigest>,
    /// Salted commitment to the content.
    pub commitment: Commitment,
}

impl<S: AsRef<str>> Leaf<S> {
    /// Encodes the leaf.
    ///
    /// # Errors
    ///
    /// Refuses an empty text field and a leaf over [`LEAF_MAX_BYTES`].
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.encode_into(&mut bytes)?;
        Ok(bytes)
    }

    /// Appends the encoded leaf to `bytes`, so that a writer of many leaves can reuse one buffer.
    ///
    /// # Errors
    ///
    /// As [`Leaf::encode`]; then `bytes` is left as it was.
    pub fn encode_into(&self, bytes: &mut Vec<u8>) -> Result<(), Error> {
        let length = self.check()?;
        bytes.reserve(length);
        bytes.push(LEAF_VERSION);
        put_text(bytes, self.origin.as_ref());
        put_text(bytes, self.kind.as_ref());
        put_text(bytes, self.subject.as_ref());
        bytes.extend_from_slice(&self.subject_revision.to_be_bytes());
        bytes.push(self.principal_kind.to_byte());
        put_text(bytes, self.principal_reference.as_ref());
        bytes.extend_from_slice(&self.appended_at_us.to_be_bytes());
        put_text(bytes, self.idempotency_key.as_ref());
        match &self.payload_digest {
            None => bytes.push(ABSENT),
            Some(digest) => {
                bytes.push(PRESENT);
                bytes.extend_from_slice(digest.as_bytes());
            }
        }
        bytes.extend_from_slice(self.commitment.as_bytes());
        Ok(())
    }

    /// Copies the borrowed text, so that the leaf outlives the bytes it was decoded from.
    pub fn to_owned_leaf(&self) -> Leaf {
        Leaf {
            origin: self.origin.as_ref().to_owned(),
            kind: self.kind.as_ref().to_owned(),
            subject: self.subject.as_ref().to_owned(),
            subject_revision: self.subject_revision,
            principal_kind: self.principal_kind,
            principal_reference: self.principal_reference.as_ref().to_owned(),
            appended_at_us: self.appended_at_us,
            idempotency_key: self.idempotency_key.as_ref().to_owned(),
            payload_digest: self.payload_digest,
            commitment: self.commitment,
        }
    }

    fn texts(&self) -> [(Field, &str); 5] {
        [
            (Field::Origin, self.origin.as_ref()),
            (Field::Kind, self.kind.as_ref()),
            (Field::Subject, self.subject.as_ref()),
            (Field::PrincipalReference, self.principal_reference.as_ref()),
            (Field::IdempotencyKey, self.idempotency_key.as_ref()),
        ]
    }

    /// Returns the encoded length once every rule of the layout holds.
    fn check(&self) -> Result<usize, Error> {
        let mut length = FIXED_BYTES;
        for (field, text) in self.texts() {
            if text.is_empty() {
                return Err(Error::Empty(field));
            }
            length += text.len();
        }
        if self.payload_digest.is_some() {
            length += HASH_BYTES;
        }
        if length > LEAF_MAX_BYTES {
            return Err(Error::TooLong { bytes: length });
        }
        Ok(length)
    }
}

impl<'a> Leaf<&'a str> {
    /// Decodes a leaf in place.
    ///
    /// # Errors
    ///
    /// Refuses every byte string that [`Leaf::encode`] would not have written.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > LEAF_MAX_BYTES {
            return Err(Error::TooLong { bytes: bytes.len() });
        }
        let mut reader = Reader { rest: bytes };
        let version = reader.byte(Field::Version)?;
        if version != LEAF_VERSION {
            return Err(Error::UnknownVersion { found: version });
        }
        let leaf = Self {
            origin: reader.text(Field::Origin)?,
            kind: reader.text(Field::Kind)?,
            subject: reader.text(Field::Subject)?,
            subject_revision: u64::from_be_bytes(reader.array(Field::SubjectRevision)?),
            principal_kind: reader.principal_kind()?,
            principal_reference: reader.text(Field::PrincipalReference)?,
            appended_at_us: i64::from_be_bytes(reader.array(Field::AppendedAt)?),
            idempotency_key: reader.text(Field::IdempotencyKey)?,
            payload_digest: reader.payload_digest()?,
            commitment: Commitment::new(reader.array(Field::Commitment)?),
        };
        match reader.rest.len() {
            0 => Ok(leaf),
            bytes => Err(Error::Trailing { bytes }),
        }
    }
}

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

/// Everything but the letters of the text fields and an optional digest: version, five text lengths, revision, principal kind,
/// time, the digest's presence, commitment.
const FIXED_BYTES: usize = 1 + 5 * 2 + 8 + 1 + 8 + 1 + HASH_BYTES;

/// Writes a text that [`Leaf::check`] has found short enough.
fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("invariant: a checked leaf holds no text over 65,535 bytes");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, field: Field) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Error::CutOff(field))?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: Field) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Error::CutOff(field))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn byte(&mut self, field: Field) -> Result<u8, Error> {
        self.array(field).map(|[byte]| byte)
    }

    fn text(&mut self, field: Field) -> Result<&'a str, Error> {
        let length = u16::from_be_bytes(self.array(field)?);
        if length == 0 {
            return Err(Error::Empty(field));
        }
        let letters = self.take(usize::from(length), field)?;
        str::from_utf8(letters).map_err(|_| Error::NotUtf8(field))
    }

    fn principal_kind(&mut self) -> Result<PrincipalKind, Error> {
        let field = Field::PrincipalKind;
        let found = self.byte(field)?;
        PrincipalKind::from_byte(found).ok_or(Error::UnknownByte { field, found })
    }

    fn payload_digest(&mut self) -> Result<Option<PayloadDigest>, Error> {
        let field = Field::PayloadDigest;
        match self.byte(field)? {
            ABSENT => Ok(None),
            PRESENT => self.array(field).map(PayloadDigest::new).map(Some),
            found => Err(Error::UnknownByte { field, found }),
        }
    }
}
