//! Takes a payload in: canonical form, size, schema.

use ledger_format::PAYLOAD_MAX_BYTES;
use ledger_format::canonical_json::{Error, canonicalize, parse};
use serde_json::Value;

use crate::domain::{PayloadSchema, Refusal};

/// Reads a payload strictly, checks it against its schema and writes it in canonical form.
pub(super) fn read(text: &str, schema: &PayloadSchema) -> Result<String, Refusal> {
    let value = read_value(text)?;
    let canonical = canonical(&value)?;
    check(&value, schema)?;
    Ok(canonical)
}

/// Reads a payload strictly.
pub(super) fn read_value(text: &str) -> Result<Value, Refusal> {
    parse(text).map_err(|error| whole(&error))
}

/// Writes a payload in canonical form, if it is of a size that may stand.
pub(super) fn canonical(payload: &Value) -> Result<String, Refusal> {
    let canonical = canonicalize(payload).map_err(|error| whole(&error))?;
    let bytes = canonical.len();
    if bytes > PAYLOAD_MAX_BYTES {
        return Err(Refusal::PayloadTooLarge { bytes, max_bytes: PAYLOAD_MAX_BYTES });
    }
    Ok(canonical)
}

/// Checks a payload against its schema.
pub(super) fn check(payload: &Value, schema: &PayloadSchema) -> Result<(), Refusal> {
    let violation = schema.check(payload);
    violation.map_err(|violation| Refusal::Payload { pointer: violation.pointer, reason: violation.reason })
}

fn whole(error: &Error) -> Refusal {
    let reason = match error {
        Error::Malformed(source) => format!("{error} (line `{}`, column `{}`)", source.line(), source.column()),
        Error::DuplicateKey { .. } | Error::TooDeep | Error::InexactInteger | Error::Unwritable(_) => error.to_string(),
    };
    Refusal::Payload { pointer: String::new(), reason }
}
