use countersign_api::candidate::v1::{ActionType, Candidate};
use serde_json::Value;

use super::layout::Page;
use super::origin::record_text;

/// Hex digits by which people compare digests at a glance.
const SHORT_DIGEST_CHARS: usize = 16;

/// Says what would run, in the labels of the action type, and why.
pub fn write(page: &mut Page, candidate: &Candidate, action_types: &[ActionType]) {
    page.section("What would run");
    page.put("action", &candidate.action_type);
    page.put("on", &record_text(candidate.target.as_ref()));
    if let Some(payload) = &candidate.payload {
        let action_type = action_types.iter().find(|action_type| action_type.name == candidate.action_type);
        for (label, value) in payload_lines(&payload.canonical_json, action_type) {
            page.put(&label, &value);
        }
        page.put("digest", &short_digest(&payload.digest));
    }
    page.section("What argues for it");
    if let Some(explanation) = &candidate.explanation {
        page.put("reason", &explanation.reason);
        let numbers: Vec<String> = explanation.evidence_numbers.iter().map(ToString::to_string).collect();
        page.put("by evidence", &numbers.join(", "));
        page.put("human note", &explanation.human_note);
    }
}

/// Returns every value of a payload under its label, or under its JSON Pointer where the action type has none. A payload
/// that is not JSON is shown as it is.
pub fn payload_lines(canonical_json: &str, action_type: Option<&ActionType>) -> Vec<(String, String)> {
    let Ok(payload) = serde_json::from_str(canonical_json) else {
        return vec![("payload".to_owned(), canonical_json.to_owned())];
    };
    let mut lines = Vec::new();
    collect(&payload, "", action_type, &mut lines);
    lines
}

/// Returns the beginning of a digest in hex, with dots for the rest.
pub fn short_digest(digest: &[u8]) -> String {
    let hex = hex::encode(digest);
    match hex.get(..SHORT_DIGEST_CHARS) {
        Some(short) if hex.len() > SHORT_DIGEST_CHARS => format!("{short}…"),
        _ => hex,
    }
}

fn collect(value: &Value, pointer: &str, action_type: Option<&ActionType>, lines: &mut Vec<(String, String)>) {
    let label = action_type.and_then(|known| known.labels.iter().find(|label| label.pointer == pointer));
    match value {
        Value::Object(members) if label.is_none() && !members.is_empty() => {
            for (name, member) in members {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                collect(member, &format!("{pointer}/{escaped}"), action_type, lines);
            }
        }
        Value::String(text) => lines.push((label_text(label, pointer), text.clone())),
        other => lines.push((label_text(label, pointer), other.to_string())),
    }
}

fn label_text(label: Option<&countersign_api::candidate::v1::FieldLabel>, pointer: &str) -> String {
    label.map_or_else(|| pointer.to_owned(), |label| label.label.clone())
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::FieldLabel;

    use super::*;

    #[test]
    fn every_value_is_shown_labelled_or_not() {
        let action_type = ActionType {
            labels: vec![FieldLabel { pointer: "/due".into(), label: "Due date".into() }],
            ..ActionType::default()
        };
        let lines = payload_lines(r#"{"a/b":{"c":[1,2]},"due":"2026-12-02","n":null}"#, Some(&action_type));
        let expected = [("/a~1b/c", "[1,2]"), ("Due date", "2026-12-02"), ("/n", "null")];
        assert_eq!(lines, expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_digest_is_cut_and_what_is_short_is_not() {
        assert_eq!(short_digest(&[0xAB; 32]), "abababababababab…");
        assert_eq!(short_digest(&[0xAB]), "ab");
    }
}
