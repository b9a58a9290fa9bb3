use countersign_api::candidate::v1::{ActionType, Candidate, FieldLabel};
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
        page.put("digest", &hex::encode(&payload.digest));
    }
    page.section("What argues for it");
    if let Some(explanation) = &candidate.explanation {
        page.put("reason", &explanation.reason);
        let numbers: Vec<String> = explanation.evidence_numbers.iter().map(ToString::to_string).collect();
        page.put("by evidence", &numbers.join(", "));
        page.put("human note", &explanation.human_note);
    }
}

/// Returns the labels of a candidate's payload, as its action type has them.
pub fn labels_of<'a>(candidate: &Candidate, action_types: &'a [ActionType]) -> &'a [FieldLabel] {
    let action_type = action_types.iter().find(|action_type| action_type.name == candidate.action_type);
    action_type.map_or(&[], |known| &known.labels)
}

/// Returns every value of a payload: first those that the action type labels, in its order, then the rest under their JSON
/// Pointers. A payload that is not JSON is shown as it is.
pub fn payload_lines(canonical_json: &str, action_type: Option<&ActionType>) -> Vec<(String, String)> {
    let Ok(payload) = serde_json::from_str(canonical_json) else {
        return vec![("payload".to_owned(), canonical_json.to_owned())];
    };
    let labels = action_type.map_or(&[][..], |known| &known.labels);
    let mut values = Vec::new();
    collect(&payload, "", labels, &mut values);
    // A stable sort: what has no label stays in the payload's order, behind all that has one.
    values.sort_by_key(|(pointer, _)| position_of(labels, pointer).unwrap_or(labels.len()));
    let labelled = |pointer: String| position_of(labels, &pointer).map_or(pointer, |found| labels[found].label.clone());
    values.into_iter().map(|(pointer, value)| (labelled(pointer), value)).collect()
}

/// Returns the beginning of a digest in hex, with dots for the rest.
pub fn short_digest(digest: &[u8]) -> String {
    let hex = hex::encode(digest);
    match hex.get(..SHORT_DIGEST_CHARS) {
        Some(short) if hex.len() > SHORT_DIGEST_CHARS => format!("{short}…"),
        _ => hex,
    }
}

fn collect(value: &Value, pointer: &str, labels: &[FieldLabel], values: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if position_of(labels, pointer).is_none() && !members.is_empty() => {
            for (name, member) in members {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                collect(member, &format!("{pointer}/{escaped}"), labels, values);
            }
        }
        Value::String(text) => values.push((pointer.to_owned(), text.clone())),
        other => values.push((pointer.to_owned(), other.to_string())),
    }
}

fn position_of(labels: &[FieldLabel], pointer: &str) -> Option<usize> {
    labels.iter().position(|label| label.pointer == pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_shown_and_the_labelled_come_first() {
        let action_type = ActionType {
            labels: vec![FieldLabel { pointer: "/due".into(), label: "Due date".into() }],
            ..ActionType::default()
        };
        let lines = payload_lines(r#"{"a/b":{"c":[1,2]},"due":"2026-12-02","n":null}"#, Some(&action_type));
        let expected = [("Due date", "2026-12-02"), ("/a~1b/c", "[1,2]"), ("/n", "null")];
        assert_eq!(lines, expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_digest_is_cut_and_what_is_short_is_not() {
        assert_eq!(short_digest(&[0xAB; 32]), "abababababababab…");
        assert_eq!(short_digest(&[0xAB]), "ab");
    }
}
