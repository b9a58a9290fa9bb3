//! Checks of length and number. Each names the field as the contract does and says what would do.

use std::fmt::Display;

use super::Refusal;

/// Refuses a text over `max_bytes`.
pub(super) fn text(field: impl Display, text: &str, max_bytes: usize) -> Result<(), Refusal> {
    if text.len() <= max_bytes {
        return Ok(());
    }
    let reason = format!("it has `{}` bytes, `{max_bytes}` are allowed: shorten it", text.len());
    Err(Refusal::malformed(field.to_string(), reason))
}

/// Refuses a text that is empty, all blank, or over `max_bytes`.
pub(super) fn required_text(field: impl Display, value: &str, max_bytes: usize) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::malformed(field.to_string(), "it is empty: say it in words"));
    }
    text(field, value, max_bytes)
}

/// Refuses more than `max_items`.
pub(super) fn count(field: impl Display, items: usize, max_items: usize) -> Result<(), Refusal> {
    if items <= max_items {
        return Ok(());
    }
    let reason = format!("it has `{items}` items, `{max_items}` are allowed: send fewer");
    Err(Refusal::malformed(field.to_string(), reason))
}
