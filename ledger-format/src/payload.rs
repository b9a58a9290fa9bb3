//! Payload digests: what a reviewer approves.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::canonical_json;
use crate::hash::{self, HASH_BYTES, Hash, sha256};

/// Most bytes of a payload in canonical JSON.
pub const PAYLOAD_MAX_BYTES: usize = 64 * 1024;

const PAYLOAD_TAG: &[u8] = b"countersign/payload/v1\n";

/// Digests a payload under its nonce: `SHA-256("countersign/payload/v1\n" ‖ nonce ‖ payload)`.
///
/// `canonical` is the payload's RFC 8785 form, as [`canonicalize_payload`] writes it; it is hashed as it stands.
pub fn digest_payload(nonce: &Nonce, canonical: &str) -> PayloadDigest {
    PayloadDigest(sha256(&[PAYLOAD_TAG, nonce.as_bytes(), canonical.as_bytes()]))
}

/// Parses a payload strictly and writes it in its RFC 8785 form.
///
/// # Errors
///
/// Refuses what [`canonical_json::canonicalize_text`] refuses, and a payload over [`PAYLOAD_MAX_BYTES`].
pub fn canonicalize_payload(text: &str) -> Result<String, Error> {
    let canonical = canonical_json::canonicalize_text(text)?;
    if canonical.len() > PAYLOAD_MAX_BYTES {
        return Err(Error::TooLarge { bytes: canonical.len() });
    }
    Ok(canonical)
}

/// Why a text is no payload.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text has no canonical form.
    #[error("the payload has no canonical form: send one JSON value")]
    NotCanonical(#[from] canonical_json::Error),
    /// The canonical form is too long.
    #[error("the payload has `{bytes}` bytes in canonical form, `{PAYLOAD_MAX_BYTES}` are allowed: shorten it")]
    TooLarge {
        /// Length of the canonical form.
        bytes: usize,
    },
}

/// The 32 random bytes drawn for one payload. Whoever lacks them cannot guess the payload from its digest.
///
/// Kept beside the payload and erased with it; never shown, also not by `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; HASH_BYTES]);

impl Nonce {
    /// Wraps 32 random bytes.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Nonce {
    type Error = hash::Error;

    fn try_from(bytes: &[u8]) -> Result<Self, hash::Error> {
        hash::bytes32(bytes).map(Self)
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Nonce(…)")
    }
}

/// The digest of a payload under its nonce. Shown, parsed and serialized as hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayloadDigest(Hash);

impl PayloadDigest {
    /// Wraps 32 bytes that are already a digest.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(Hash::new(bytes))
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        self.0.as_bytes()
    }
}

impl TryFrom<&[u8]> for PayloadDigest {
    type Error = hash::Error;

    fn try_from(bytes: &[u8]) -> Result<Self, hash::Error> {
        Hash::try_from(bytes).map(Self)
    }
}

impl FromStr for PayloadDigest {
    type Err = hash::Error;

    fn from_str(text: &str) -> Result<Self, hash::Error> {
        text.parse().map(Self)
    }
}

impl fmt::Display for PayloadDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_binds_nonce_and_every_byte_of_the_payload() {
        let digest = digest_payload(&Nonce::new([1; 32]), r#"{"a":1}"#);
        assert_ne!(digest, digest_payload(&Nonce::new([2; 32]), r#"{"a":1}"#));
        assert_ne!(digest, digest_payload(&Nonce::new([1; 32]), r#"{"a":2}"#));
        assert_ne!(digest, digest_payload(&Nonce::new([1; 32]), r#"{"a": 1}"#));
    }

    #[test]
    fn payload_limit_holds_at_one_below_at_and_one_above() {
        let of_length = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        for bytes in [PAYLOAD_MAX_BYTES - 1, PAYLOAD_MAX_BYTES] {
            assert_eq!(canonicalize_payload(&of_length(bytes)).unwrap().len(), bytes);
        }
        let refused = canonicalize_payload(&of_length(PAYLOAD_MAX_BYTES + 1));
        assert!(matches!(refused, Err(Error::TooLarge { bytes }) if bytes == PAYLOAD_MAX_BYTES + 1));
    }

    #[test]
    fn debug_never_shows_a_nonce() {
        let nonce = Nonce::try_from(&[0xab; 32][..]).unwrap();
        assert_eq!(format!("{nonce:?}"), "Nonce(…)");
        assert!(Nonce::try_from(&[0; 33][..]).is_err());
    }
}
