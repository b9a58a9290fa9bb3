//! Content commitments: how a leaf binds what an entry says without holding it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hash::{self, HASH_BYTES, Hash, sha256};

/// Most bytes of one entry's content.
pub const CONTENT_MAX_BYTES: usize = 256 * 1024;

const CONTENT_TAG: &[u8] = b"countersign/content/v1\n";

/// Commits to content under its salt: `SHA-256("countersign/content/v1\n" ‖ salt ‖ u64be(length) ‖ content)`.
///
/// Hashes content of any length; whoever accepts content enforces [`CONTENT_MAX_BYTES`].
pub fn commit_content(salt: &Salt, content: &[u8]) -> Commitment {
    // Widening: a slice is never longer than 2^63 - 1 bytes on any target.
    let length = (content.len() as u64).to_be_bytes();
    Commitment(sha256(&[CONTENT_TAG, salt.as_bytes(), &length, content]))
}

/// The 32 random bytes drawn for one entry's content. Once it is destroyed, nobody can test a guess of the content.
///
/// Never shown, also not by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; HASH_BYTES]);

impl Salt {
    /// Wraps 32 random bytes.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Salt {
    type Error = hash::Error;

    fn try_from(bytes: &[u8]) -> Result<Self, hash::Error> {
        hash::bytes32(bytes).map(Self)
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

/// A salted commitment to an entry's content. Shown, parsed and serialized as hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(Hash);

impl Commitment {
    /// Wraps 32 bytes that are already a commitment.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(Hash::new(bytes))
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        self.0.as_bytes()
    }
}

impl TryFrom<&[u8]> for Commitment {
    type Error = hash::Error;

    fn try_from(bytes: &[u8]) -> Result<Self, hash::Error> {
        Hash::try_from(bytes).map(Self)
    }
}

impl FromStr for Commitment {
    type Err = hash::Error;

    fn from_str(text: &str) -> Result<Self, hash::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commitment_binds_salt_length_and_content() {
        let commitment = commit_content(&Salt::new([1; 32]), b"content");
        assert_ne!(commitment, commit_content(&Salt::new([2; 32]), b"content"));
        assert_ne!(commitment, commit_content(&Salt::new([1; 32]), b"contenu"));
        assert_ne!(commitment, commit_content(&Salt::new([1; 32]), b"content\0"));
    }

    #[test]
    fn debug_never_shows_a_salt() {
        assert_eq!(format!("{:?}", Salt::new([0xab; 32])), "Salt(…)");
    }
}
