//! Asks the action type's schema about a payload.

use serde_json::Value;

use crate::domain::{PayloadDraft, PayloadSchema, Refusal};

/// Takes a payload in as it was read: in canonical form, of a size that may stand, and as its schema wants it.
pub(super) fn take(draft: PayloadDraft, schema: &PayloadSchema) -> Result<String, Refusal> {
    let canonical = draft.into_canonical()?;
    // The schema judges the very bytes that are kept.
    let value = serde_json::from_str(&canonical).expect("invariant: what is in canonical form is JSON");
    check(&value, schema)?;
    Ok(canonical)
}

/// Checks a payload against its schema.
pub(super) fn check(payload: &Value, schema: &PayloadSchema) -> Result<(), Refusal> {
    let violation = schema.check(payload);
    violation.map_err(|violation| Refusal::Payload { pointer: violation.pointer, reason: violation.reason })
}
