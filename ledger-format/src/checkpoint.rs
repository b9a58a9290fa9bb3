//! Checkpoints: the signed size and root of a log (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::decimal;
use crate::hash::Hash;
use crate::key::SigningKey;
use crate::key_list::PinnedKeys;
use crate::note::{self, NoteSignature, SignedNote};

/// Most bytes of an origin.
pub const ORIGIN_MAX_BYTES: usize = 255;

/// The size and root of one log. Its text is what gets signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// States the root of the log named `origin` at `size` leaves.
    ///
    /// # Errors
    ///
    /// Refuses an origin that is empty, over [`ORIGIN_MAX_BYTES`], or holds a control character.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, Error> {
        if origin.is_empty() || origin.len() > ORIGIN_MAX_BYTES || origin.chars().any(char::is_control) {
            return Err(Error::Origin);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Returns the log's identity.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root of the tree over those leaves.
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Signs the checkpoint.
    pub fn sign(&self, key: &SigningKey) -> SignedCheckpoint {
        self.with_signatures(vec![NoteSignature::by(key.verifying_key(), key.sign(self.to_string().as_bytes()))])
    }

    /// Puts signature lines under the checkpoint, without believing them.
    pub fn with_signatures(&self, signatures: Vec<NoteSignature>) -> SignedCheckpoint {
        SignedCheckpoint { note: SignedNote::assemble(&self.to_string(), signatures), unverified: self.clone() }
    }

    /// Parses a note's text. Extension lines, which C2SP allows, are signed but say nothing here.
    fn parse(text: &str) -> Result<Self, Error> {
        let mut lines = text.strip_suffix('\n').ok_or(Error::Form)?.split('\n');
        let origin = lines.next().ok_or(Error::Form)?;
        let size = lines.next().and_then(decimal::parse).ok_or(Error::Size)?;
        let root = lines.next().and_then(parse_base64_hash).ok_or(Error::Root)?;
        if lines.any(str::is_empty) {
            return Err(Error::Form);
        }
        Self::new(origin, size, root)
    }
}

/// Shows the text that is signed: origin, size and base64 of the root, a line each.
impl fmt::Display for Checkpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

/// Parses the text that is signed; no signature vouches for it.
impl FromStr for Checkpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

pub(crate) fn parse_base64_hash(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).ok()?;
    Hash::try_from(bytes.as_slice()).ok()
}

/// A checkpoint with its signatures, as it was received. What it says comes out of [`SignedCheckpoint::verify`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: SignedNote,
    unverified: Checkpoint,
}

impl SignedCheckpoint {
    /// Parses a signed checkpoint without believing it.
    ///
    /// # Errors
    ///
    /// Refuses what C2SP signed-note and tlog-checkpoint do not allow.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let note = SignedNote::parse(text)?;
        let unverified = Checkpoint::parse(note.unverified_text())?;
        Ok(Self { note, unverified })
    }

    /// Returns the checkpoint, once the pinned key has signed it for the expected log.
    ///
    /// # Errors
    ///
    /// Refuses a missing or false signature by the key, and a checkpoint of another log.
    pub fn verify(&self, keys: &(impl PinnedKeys + ?Sized), origin: &str) -> Result<&Checkpoint, Error> {
        keys.verify_note(&self.note)?;
        if self.unverified.origin != origin {
            let found = self.unverified.origin.clone();
            return Err(Error::OriginDiffers { found, expected: origin.to_owned() });
        }
        Ok(&self.unverified)
    }

    /// Returns the text, signatures and all, as it was received.
    pub fn text(&self) -> &str {
        self.note.as_str()
    }

    /// Returns the origin that it claims, to look up the keys by which it must be signed.
    pub fn claimed_origin(&self) -> &str {
        &self.unverified.origin
    }

    /// Returns the text that is signed, extension lines included. Nothing says yet that it is.
    pub fn signed_text(&self) -> &str {
        self.note.unverified_text()
    }

    /// Returns the signature lines, in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        self.note.signatures()
    }

    /// Adds signature lines, such as cosignatures, below those that are there.
    #[must_use]
    pub fn with_more(&self, signatures: impl IntoIterator<Item = NoteSignature>) -> Self {
        let all = self.note.signatures().iter().cloned().chain(signatures).collect();
        Self { note: SignedNote::assemble(self.note.unverified_text(), all), unverified: self.unverified.clone() }
    }
}

/// Why a text is no checkpoint, or not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The note around it is malformed or not signed by the pinned key.
    #[error(transparent)]
    Note(#[from] note::Error),
    /// The note's text has no three lines, or an empty one.
    #[error("a checkpoint has an origin, a size and a root, a line each, and no empty line: fetch it again")]
    Form,
    /// The origin is empty, too long, or holds a control character.
    #[error(
        "a checkpoint's origin has 1 to `{ORIGIN_MAX_BYTES}` bytes and no control character: name the log in one short line"
    )]
    Origin,
    /// The size is no decimal number without leading zeroes.
    #[error("the checkpoint's size is not a decimal number below 2^64 without leading zeroes: fetch it again")]
    Size,
    /// The root is not base64 of 32 bytes.
    #[error("the checkpoint's root is not base64 of 32 bytes: fetch it again")]
    Root,
    /// The checkpoint is of another log.
    #[error("the checkpoint is of log `{found}`, expected `{expected}`: ask the log that the entry is in")]
    OriginDiffers {
        /// The checkpoint's origin.
        found: String,
        /// The origin that was expected.
        expected: String,
    },
}
