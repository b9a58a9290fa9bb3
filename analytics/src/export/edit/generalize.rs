//! From two payloads to the changes between them, without their values.

use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use super::class::{class_of, shift_days};
use super::path::generalize_path;
use super::spans::Span;
use super::wording::{Wording, wordings};
use crate::export::export_key::ExportKey;

/// Stands where there was or is no value.
const ABSENT: &str = "absent";

/// Stands where the value before is not known, because the payload before was erased.
const NOT_KNOWN: &str = "not known";

/// One change of an edit, generalized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// JSON Pointer of the place: array positions as `*`, keys that are no field names as `?`.
    pub path: String,
    /// The operation of RFC 6902: `add`, `remove`, `replace`, `move` or `copy`.
    pub operation: String,
    /// Class of the value before.
    pub from: String,
    /// Class of the value after.
    pub to: String,
    /// By how many days a date moved.
    pub shift_days: Option<i32>,
    /// Keyed hash of the value after.
    pub value: Option<String>,
}

/// What an edit changed, generalized.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edited {
    /// Its changes.
    pub changes: Vec<Edit>,
    /// What happened to the words of texts among them.
    pub wordings: Vec<Wording>,
}

/// Generalizes what was changed from one payload to another.
///
/// The changes are computed from the two payloads, so that the same change is the same however it was asked for. Without the
/// payload before, the recorded patch is generalized as it stands; a patch that is none gives no changes, and no words are compared.
pub(crate) fn generalize(
    before: Option<&Value>,
    after: Option<&Value>,
    recorded_patch: &str,
    key: &ExportKey,
) -> Edited {
    let patch = match (before, after) {
        (Some(before), Some(after)) => json_patch::diff(before, after),
        _ => serde_json::from_str(recorded_patch).unwrap_or(Patch(Vec::new())),
    };
    let mut document = before.cloned();
    let mut edited = Edited::default();
    for operation in patch.0 {
        edited.changes.extend(generalize_one(document.as_ref(), &operation, key));
        let words = words_of(document.as_ref(), &operation, key).into_iter();
        edited.wordings.extend(words.map(|(wording, _)| wording));
        document = document.and_then(|document| apply(document, operation));
    }
    edited
}

/// Finds the words that a change of wording between two payloads is about; none when it is none of theirs.
pub(in crate::export) fn words_behind(
    before: &Value,
    after: &Value,
    wanted: &Wording,
    key: &ExportKey,
) -> Option<Span> {
    let mut document = before.clone();
    for operation in json_patch::diff(before, after).0 {
        let found = words_of(Some(&document), &operation, key).into_iter().find(|(wording, _)| wording == wanted);
        if let Some((_, words)) = found {
            return Some(words);
        }
        document = apply(document, operation)?;
    }
    None
}

/// Tells what happened to the words of a text that was replaced by a text.
fn words_of(document: Option<&Value>, operation: &PatchOperation, key: &ExportKey) -> Vec<(Wording, Span)> {
    let PatchOperation::Replace(replace) = operation else { return Vec::new() };
    let before = document.and_then(|document| replace.path.resolve(document).ok());
    let path = generalize_path(replace.path.as_str());
    before.map_or_else(Vec::new, |before| wordings(&path, before, &replace.value, key))
}

fn generalize_one(document: Option<&Value>, operation: &PatchOperation, key: &ExportKey) -> Option<Edit> {
    let at = |pointer: &json_patch::jsonptr::Pointer| document.and_then(|document| pointer.resolve(document).ok());
    let (name, path, to) = match operation {
        PatchOperation::Add(add) => ("add", &add.path, Some(&add.value)),
        PatchOperation::Remove(remove) => ("remove", &remove.path, None),
        PatchOperation::Replace(replace) => ("replace", &replace.path, Some(&replace.value)),
        PatchOperation::Move(step) => ("move", &step.path, at(&step.from)),
        PatchOperation::Copy(step) => ("copy", &step.path, at(&step.from)),
        PatchOperation::Test(_) => return None,
    };
    let from = at(path);
    let from_class = match from {
        Some(value) => class_of(value),
        None if document.is_none() && name != "add" => NOT_KNOWN,
        None => ABSENT,
    };
    Some(Edit {
        path: generalize_path(path.as_str()),
        operation: name.to_owned(),
        from: from_class.to_owned(),
        to: to.map_or(ABSENT, class_of).to_owned(),
        shift_days: from.zip(to).and_then(|(from, to)| shift_days(from, to)),
        value: to.and_then(|value| key.hash(value)),
    })
}

fn apply(mut document: Value, operation: PatchOperation) -> Option<Value> {
    json_patch::patch(&mut document, &[operation]).ok().map(|()| document)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key() -> ExportKey {
        ExportKey::new(&[9; 32])
    }

    #[test]
    fn a_moved_date_is_told_by_its_shift_alone() {
        let before = json!({"due": "2026-11-30", "owner": "users/anna"});
        let after = json!({"due": "2026-12-02", "owner": "users/anna"});
        let edits = generalize(Some(&before), Some(&after), "[]", &key()).changes;
        let expected = Edit {
            path: "/due".to_owned(),
            operation: "replace".to_owned(),
            from: "date".to_owned(),
            to: "date".to_owned(),
            shift_days: Some(2),
            value: key().hash(&json!("2026-12-02")),
        };
        assert_eq!(edits, [expected]);
        assert!(!format!("{edits:?}").contains("2026"));
    }

    #[test]
    fn a_whole_new_payload_is_the_same_edit_as_a_patch_of_one_field() {
        let before = json!({"a": 1, "subject": "Ask"});
        let after = json!({"a": 1, "subject": "Ask Anna"});
        let whole = r#"[{"op":"replace","path":"","value":{"a":1,"subject":"Ask Anna"}}]"#;
        let field = r#"[{"op":"replace","path":"/subject","value":"Ask Anna"}]"#;
        let edited = generalize(Some(&before), Some(&after), whole, &key());
        assert_eq!(edited, generalize(Some(&before), Some(&after), field, &key()));
        assert_eq!(edited.changes[0].path, "/subject");
        assert_eq!((edited.wordings[0].path.as_str(), &*edited.wordings[0].change), ("/subject", "inserted"));
    }

    #[test]
    fn added_and_removed_fields_say_so() {
        let (before, after) = (json!({"note": "x y"}), json!({"tags": ["a"]}));
        let mut edits = generalize(Some(&before), Some(&after), "[]", &key()).changes;
        edits.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!((edits[0].operation.as_str(), edits[0].to.as_str()), ("remove", "absent"));
        assert_eq!((edits[1].operation.as_str(), edits[1].from.as_str()), ("add", "absent"));
    }

    #[test]
    fn the_words_behind_a_change_are_found_from_both_payloads_alone() {
        let before = json!({"body": "Kindly note it. Bye", "n": 1});
        let after = json!({"body": "note it. Bye now", "n": 2});
        let wordings = generalize(Some(&before), Some(&after), "[]", &key()).wordings;
        let words: Vec<_> = wordings.iter().map(|wanted| words_behind(&before, &after, wanted, &key())).collect();
        let span =
            |removed: &str, inserted: &str| Some(Span { removed: removed.to_owned(), inserted: inserted.to_owned() });
        assert_eq!(words, [span("Kindly", ""), span("", "now")]);
        let other = Wording { path: "/subject".to_owned(), ..wordings[0].clone() };
        assert_eq!(words_behind(&before, &after, &other, &key()), None);
    }

    #[test]
    fn without_the_payload_before_the_recorded_patch_is_told() {
        let patch = r#"[{"op":"test","path":"/due","value":"x"},{"op":"replace","path":"/due","value":"2026-12-02"}]"#;
        let edits = generalize(None, Some(&json!({"due": "2026-12-02"})), patch, &key()).changes;
        assert_eq!(edits.len(), 1);
        assert_eq!((edits[0].from.as_str(), edits[0].to.as_str(), edits[0].shift_days), ("not known", "date", None));
        assert_eq!(generalize(None, None, "no patch", &key()), Edited::default());
    }
}
