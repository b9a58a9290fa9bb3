//! A payload as somebody sends it, before its action type's schema has been asked.

use ledger_format::PAYLOAD_MAX_BYTES;
use ledger_format::canonical_json::{Error, canonicalize, parse};
use serde_json::Value;

use super::Refusal;

/// A payload as it was sent, read once where it comes in: its canonical form, or why it has none that may stand.
///
/// It holds the canonical text alone. A queue of commands is bounded by the bytes that were sent, which a tree of values would exceed
/// many times over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadDraft(Result<String, Refusal>);

impl PayloadDraft {
    /// Reads JSON text strictly. What is wrong with it is said when it is its turn: rights and action type come first.
    pub fn read(text: &str) -> Self {
        Self(read_value(text).and_then(|value| canonical(&value)))
    }

    /// Returns the canonical form; none when there is none.
    pub fn canonical_json(&self) -> Option<&str> {
        self.0.as_deref().ok()
    }

    /// Gives up the canonical form.
    pub(super) fn into_canonical(self) -> Result<String, Refusal> {
        self.0
    }
}

/// Reads a payload strictly.
pub(super) fn read_value(text: &str) -> Result<Value, Refusal> {
    if text.trim().is_empty() {
        return Err(whole("it is missing: send a JSON object of its action type's schema"));
    }
    parse(text).map_err(|error| whole(says(&error)))
}

/// Writes a payload in canonical form, if it is of a size that may stand.
pub(super) fn canonical(payload: &Value) -> Result<String, Refusal> {
    let canonical = canonicalize(payload).map_err(|error| whole(says(&error)))?;
    let bytes = canonical.len();
    if bytes > PAYLOAD_MAX_BYTES {
        return Err(Refusal::PayloadTooLarge { bytes, max_bytes: PAYLOAD_MAX_BYTES });
    }
    Ok(canonical)
}

/// Says why a text has no canonical form, with the place where there is one.
pub(super) fn says(error: &Error) -> String {
    match error {
        Error::Malformed(source) => format!("{error} (line `{}`, column `{}`)", source.line(), source.column()),
        Error::DuplicateKey { .. } | Error::TooDeep | Error::InexactInteger | Error::Unwritable(_) => error.to_string(),
    }
}

fn whole(reason: impl Into<String>) -> Refusal {
    Refusal::Payload { pointer: String::new(), reason: reason.into() }
}
