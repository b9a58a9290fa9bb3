//! The record that a payload names.

use serde::Deserialize;
use serde_json::Value;

use super::RecordReference;

/// Where a payload says which record it changes: JSON Pointers (RFC 6901) to texts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadRecord {
    /// Where the object type stands.
    pub object_type: String,
    /// Where the id stands.
    pub id: String,
}

impl PayloadRecord {
    /// Tells whether a payload, as JSON, names this record.
    pub(super) fn names(&self, payload: &str, record: &RecordReference) -> bool {
        let Ok(payload) = serde_json::from_str::<Value>(payload) else { return false };
        let text_at = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
        text_at(&self.object_type) == Some(&record.object_type) && text_at(&self.id) == Some(&record.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_names_the_record_or_another() {
        let named = PayloadRecord { object_type: "/object_type".into(), id: "/record_id".into() };
        let deal = RecordReference { object_type: "deal".into(), id: "7".into(), ..RecordReference::default() };
        assert!(named.names(r#"{"object_type":"deal","record_id":"7"}"#, &deal));
        for other in [
            r#"{"object_type":"deal","record_id":"8"}"#,
            r#"{"object_type":"account","record_id":"7"}"#,
            r#"{"object_type":"deal","record_id":7}"#,
            r#"{"object_type":"deal"}"#,
            "{",
        ] {
            assert!(!named.names(other, &deal), "{other}");
        }
    }
}
