//! Payloads.

use countersign_api::candidate::v1 as api;

use super::{FieldError, field};
use crate::domain::Payload;

/// Writes a payload as the contract has it.
pub fn to_wire(payload: &Payload) -> api::Payload {
    api::Payload {
        canonical_json: payload.canonical_json().to_owned(),
        nonce: if payload.is_erased() { Vec::new() } else { payload.nonce().as_bytes().to_vec() },
        digest: payload.digest().as_bytes().to_vec(),
    }
}

/// Reads a payload that was kept with its digest.
///
/// # Errors
/// Names the field that is not of its form, and `digest` when it is not that of the bytes.
pub fn from_wire(payload: &api::Payload) -> Result<Payload, FieldError> {
    let digest = field::fixed("digest", &payload.digest)?;
    if payload.nonce.is_empty() && payload.canonical_json.is_empty() {
        return Ok(Payload::erased(digest));
    }
    let nonce = field::fixed("nonce", &payload.nonce)?;
    Payload::kept(&payload.canonical_json, nonce, digest).map_err(|error| FieldError::new("digest", error))
}
