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
    /// Reads the object type and id of the record that a payload, as JSON, names.
    pub(super) fn read(&self, payload: &str) -> Option<(String, String)> {
        let payload: Value = serde_json::from_str(payload).ok()?;
        let text_at = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Some((text_at(&self.object_type)?, text_at(&self.id)?))
    }

    /// Tells whether a payload, as JSON, names this record.
    pub(super) fn names(&self, payload: &str, record: &RecordReference) -> bool {
        self.read(payload).is_some_and(|named| named == record.key())
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
