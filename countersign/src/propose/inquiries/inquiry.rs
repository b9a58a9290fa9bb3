use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger_format::{Hash, sha256};
use serde::Deserialize;
use serde_json::Value;

use crate::propose::clip;

/// The most bytes of an inquiry's id.
const ID_MAX_BYTES: usize = 128;
/// The most values of a form.
const FORM_MAX_VALUES: usize = 48;
/// The most bytes of a form value's name.
const FORM_NAME_MAX_BYTES: usize = 128;
/// The most bytes of a form value.
const FORM_VALUE_MAX_BYTES: usize = 1024;
/// The most bytes of the free text.
const TEXT_MAX_BYTES: usize = 16 * 1024;

/// What somebody sent through a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Where it stands, from 1.
    pub line: u64,
    /// SHA-256 of the line's bytes.
    pub content_sha256: Hash,
    /// Its id on the website.
    pub id: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// The form's values by name; empty where nothing was filled in.
    pub form: BTreeMap<String, String>,
    /// What was written freely; may be empty.
    pub text: String,
}

/// Why a line is no inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnInquiry {
    /// The field, where it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    id: String,
    received_at: String,
    form: BTreeMap<String, Value>,
    #[serde(default)]
    text: String,
}

impl Inquiry {
    /// Reads a line.
    ///
    /// # Errors
    /// What is wrong with it, and in which field.
    pub fn read(number: u64, line: &str) -> Result<Self, NotAnInquiry> {
        let shape: Shape =
            serde_json::from_str(line).map_err(|error| NotAnInquiry { field: None, reason: error.to_string() })?;
        bounded("id", &shape.id, ID_MAX_BYTES)?;
        if shape.id.trim().is_empty() {
            return Err(of_field("id", "it is empty"));
        }
        let received_at = shape.received_at.parse().map_err(|_| {
            of_field(
                "received_at",
                format!("`{}` is not a time; write it as 2026-03-04T08:15:00Z", clip(&shape.received_at, 40)),
            )
        })?;
        bounded("text", &shape.text, TEXT_MAX_BYTES)?;
        if shape.form.len() > FORM_MAX_VALUES {
            return Err(of_field(
                "form",
                format!("it has `{}` values, `{FORM_MAX_VALUES}` are allowed", shape.form.len()),
            ));
        }
        let mut form = BTreeMap::new();
        for (name, value) in shape.form {
            let field = format!("form.{name}");
            bounded("form", &name, FORM_NAME_MAX_BYTES)?;
            if name.trim().is_empty() {
                return Err(of_field("form", "a value has no name"));
            }
            let text =
                as_text(value).ok_or_else(|| of_field(&field, "it is a list or an object; a form value is text"))?;
            bounded(&field, &text, FORM_VALUE_MAX_BYTES)?;
            form.insert(name, text);
        }
        Ok(Self {
            line: number,
            content_sha256: sha256(&[line.as_bytes()]),
            id: shape.id,
            received_at,
            form,
            text: shape.text,
        })
    }

    /// Returns a form value that was filled in, without blanks around it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

fn as_text(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn bounded(field: &str, text: &str, max_bytes: usize) -> Result<(), NotAnInquiry> {
    if text.len() <= max_bytes {
        return Ok(());
    }
    Err(of_field(field, format!("it has `{}` bytes, `{max_bytes}` are allowed", text.len())))
}

fn of_field(field: &str, reason: impl Into<String>) -> NotAnInquiry {
    NotAnInquiry { field: Some(field.to_owned()), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_values_are_text_whatever_they_were_sent_as() {
        let line = r#"{"id":"I-1","received_at":"2026-03-04T08:15:00Z","form":{"name":" Ada ","quantity":40,"news":true,"phone":null}}"#;
        let inquiry = Inquiry::read(7, line).expect("an inquiry");
        assert_eq!(
            (inquiry.value("name"), inquiry.value("quantity"), inquiry.value("news")),
            (Some("Ada"), Some("40"), Some("true"))
        );
        assert_eq!((inquiry.value("phone"), inquiry.value("email")), (None, None));
        assert_eq!((inquiry.line, inquiry.content_sha256, inquiry.text.as_str()), (7, sha256(&[line.as_bytes()]), ""));
    }

    #[test]
    fn what_is_no_inquiry_says_where() {
        let read = |line: &str| Inquiry::read(1, line).expect_err(line);
        let field = |line: &str| read(line).field.unwrap_or_default();
        assert!(read("{\"id\":").reason.contains("column"), "{}", read("{\"id\":").reason);
        assert_eq!(field(r#"{"id":"I","received_at":"yesterday","form":{}}"#), "received_at");
        assert_eq!(field(r#"{"id":"I","received_at":"2026-03-04T08:15:00Z","form":{" ":"x"}}"#), "form");
        assert!(read(r#"{"id":"I","received_at":"2026-03-04T08:15:00Z","form":{},"txt":""}"#).reason.contains("`txt`"));
        assert_eq!(field(r#"{"id":" ","received_at":"2026-03-04T08:15:00Z","form":{}}"#), "id");
        assert_eq!(field(r#"{"id":"I","received_at":"2026-03-04T08:15:00Z","form":{"topic":["a"]}}"#), "form.topic");
        let long = "x".repeat(FORM_VALUE_MAX_BYTES + 1);
        assert_eq!(
            field(&format!(r#"{{"id":"I","received_at":"2026-03-04T08:15:00Z","form":{{"topic":"{long}"}}}}"#)),
            "form.topic"
        );
        let long = "x".repeat(TEXT_MAX_BYTES + 1);
        assert_eq!(
            field(&format!(r#"{{"id":"I","received_at":"2026-03-04T08:15:00Z","form":{{}},"text":"{long}"}}"#)),
            "text"
        );
    }
}
