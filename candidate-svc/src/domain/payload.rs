//! The executable part of a candidate.

use std::sync::Arc;

use ledger_format::{Hash, Nonce, PayloadDigest, digest_payload};
use serde::{Deserialize, Serialize};

/// What would run: canonical JSON with its nonce and the digest over both, which belong together and cannot be set apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Row", into = "Row")]
pub struct Payload {
    /// Empty once erased: no payload is.
    canonical_json: Arc<str>,
    nonce: Nonce,
    digest: PayloadDigest,
}

/// Stands for a nonce that was erased.
const NO_NONCE: Nonce = Nonce::new([0; 32]);

/// Says that a kept digest is not that of the kept payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payload's bytes do not have the digest kept with them; the row was changed: restore it from the events")]
pub struct DigestBroken;

impl Payload {
    /// Digests a payload that is in canonical form, as `ledger_format::canonicalize_payload` writes it.
    pub fn new(canonical_json: &str, nonce: Nonce) -> Self {
        Self { canonical_json: canonical_json.into(), nonce, digest: digest_payload(&nonce, canonical_json) }
    }

    /// Keeps nothing of a payload but its digest, from which nobody can guess it without the nonce.
    pub fn erased(digest: PayloadDigest) -> Self {
        Self { canonical_json: "".into(), nonce: NO_NONCE, digest }
    }

    /// Tells whether only the digest is left.
    pub fn is_erased(&self) -> bool {
        self.canonical_json.is_empty()
    }

    /// Takes a payload back from where it was kept with its digest.
    ///
    /// # Errors
    ///
    /// [`DigestBroken`] when the bytes do not have this digest.
    pub fn kept(canonical_json: &str, nonce: Nonce, digest: PayloadDigest) -> Result<Self, DigestBroken> {
        if canonical_json.is_empty() && nonce == NO_NONCE {
            return Ok(Self::erased(digest));
        }
        let payload = Self::new(canonical_json, nonce);
        if payload.digest == digest { Ok(payload) } else { Err(DigestBroken) }
    }

    /// Returns the canonical JSON: exactly the bytes that would run.
    pub fn canonical_json(&self) -> &str {
        &self.canonical_json
    }

    /// Returns the nonce.
    pub const fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// Returns the digest: what a reviewer approves.
    pub const fn digest(&self) -> PayloadDigest {
        self.digest
    }
}

/// A payload's row form.
#[derive(Serialize, Deserialize)]
struct Row {
    canonical_json: Arc<str>,
    nonce: Hash,
    digest: PayloadDigest,
}

impl TryFrom<Row> for Payload {
    type Error = DigestBroken;

    fn try_from(row: Row) -> Result<Self, DigestBroken> {
        Self::kept(&row.canonical_json, Nonce::new(*row.nonce.as_bytes()), row.digest)
    }
}

impl From<Payload> for Row {
    fn from(payload: Payload) -> Self {
        let nonce = Hash::new(*payload.nonce.as_bytes());
        Self { canonical_json: payload.canonical_json, nonce, digest: payload.digest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_whose_bytes_were_changed_is_not_read() {
        let payload = Payload::new(r#"{"amount":100}"#, Nonce::new([7; 32]));
        let row = serde_json::to_string(&payload).expect("a row");
        assert_eq!(serde_json::from_str::<Payload>(&row).expect("the row"), payload);
        let error = serde_json::from_str::<Payload>(&row.replace("100", "900")).expect_err("changed");
        assert!(error.to_string().contains(&DigestBroken.to_string()), "{error}");
    }
}
