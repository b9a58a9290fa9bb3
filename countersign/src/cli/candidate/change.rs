use std::fs;
use std::path::Path;

use countersign_api::candidate::v1::edit_candidate_request::Change as WireChange;
use serde_json::{Value, json};

use crate::failure::Failure;

/// What an edit changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Single fields, in the order given.
    Fields(Vec<FieldChange>),
    /// A JSON Patch (RFC 6902), as text.
    Patch(String),
    /// A whole new payload, as text.
    Payload(String),
}

/// One field's change; the pointer is of RFC 6901.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldChange {
    /// Sets it.
    Set {
        /// Which.
        pointer: String,
        /// To what.
        value: Value,
    },
    /// Takes it away.
    Remove {
        /// Which.
        pointer: String,
    },
}

impl Change {
    /// Reads `/due=2026-12-02` and `/description`.
    ///
    /// # Errors
    /// [`Failure::Usage`] naming what is no pointer, or has no value.
    pub fn parse_fields(set: &[String], remove: &[String]) -> Result<Self, Failure> {
        let set = set.iter().map(|text| parse_set(text));
        let remove = remove.iter().map(|pointer| Ok(FieldChange::Remove { pointer: checked(pointer)? }));
        Ok(Self::Fields(set.chain(remove).collect::<Result<_, Failure>>()?))
    }

    /// Returns the change as a request carries it; single fields become a patch of the present payload.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the present payload is not JSON.
    pub fn into_wire(self, present_payload: &str) -> Result<WireChange, Failure> {
        Ok(match self {
            Self::Patch(text) => WireChange::PatchJson(text),
            Self::Payload(text) => WireChange::PayloadJson(text),
            Self::Fields(fields) => {
                let payload: Value = serde_json::from_str(present_payload).map_err(Failure::fault)?;
                let operations: Vec<Value> = fields.iter().map(|field| field.operation(&payload)).collect();
                WireChange::PatchJson(Value::Array(operations).to_string())
            }
        })
    }
}

impl FieldChange {
    fn operation(&self, payload: &Value) -> Value {
        match self {
            Self::Set { pointer, value } => {
                // `add` would do for both, but what was replaced should be told from what is new.
                let op = if payload.pointer(pointer).is_some() { "replace" } else { "add" };
                json!({ "op": op, "path": pointer, "value": value })
            }
            Self::Remove { pointer } => json!({ "op": "remove", "path": pointer }),
        }
    }
}

/// Reads a file of a change.
///
/// # Errors
/// [`Failure::Unreachable`] naming the file.
pub fn read_file(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::file(file, error))
}

fn parse_set(text: &str) -> Result<FieldChange, Failure> {
    let (pointer, value) =
        text.split_once('=').ok_or_else(|| Failure::usage(format!("`{text}` sets nothing; write `/field=value`")))?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok(FieldChange::Set { pointer: checked(pointer)?, value })
}

fn checked(pointer: &str) -> Result<String, Failure> {
    if pointer.starts_with('/') {
        Ok(pointer.to_owned())
    } else {
        Err(Failure::usage(format!("`{pointer}` is not a JSON Pointer; it begins with `/`, e.g. `/due`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(set: &[&str], remove: &[&str], payload: &str) -> Option<Value> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        match Change::parse_fields(&owned(set), &owned(remove)).ok()?.into_wire(payload).ok()? {
            WireChange::PatchJson(text) => serde_json::from_str(&text).ok(),
            WireChange::PayloadJson(_) => None,
        }
    }

    #[test]
    fn what_is_there_is_replaced_and_what_is_not_is_added() {
        let made = patch(&["/due=2026-12-02", "/urgent=true"], &["/note"], r#"{"due":"2026-11-30","note":"x"}"#);
        let expected = json!([
            { "op": "replace", "path": "/due", "value": "2026-12-02" },
            { "op": "add", "path": "/urgent", "value": true },
            { "op": "remove", "path": "/note" },
        ]);
        assert_eq!(made, Some(expected));
    }

    #[test]
    fn text_that_looks_like_json_goes_in_quotes() {
        let made = patch(&[r#"/year="2026""#, "/sum=a=b"], &[], "{}").expect("a patch");
        assert_eq!(made[0]["value"], "2026");
        assert_eq!(made[1]["value"], "a=b");
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        assert_eq!(patch(&["due=2026-12-02"], &[], "{}"), None);
        assert_eq!(patch(&["/due"], &[], "{}"), None);
        assert_eq!(patch(&[], &["note"], "{}"), None);
    }
}
