use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde_json::{Value, json};

use super::story::Story;

const TASK_GRACE_DAYS: i64 = 2;
const REWORK_GRACE_DAYS: i64 = 7;
/// The bounds that the built-in action types set on the texts that are edited here.
const SUBJECT_MAX_CHARS: usize = 200;
const QUESTION_MAX_CHARS: usize = 4_000;
const PLEASE: &str = " Please answer within two working days.";
const REWORKED: &str = " (second try)";

/// Returns the edit that people make again and again for this kind of action, as a JSON Patch; another one after a rework.
///
/// Empty when the payload has none of the fields that the edit is about.
pub fn usual_edit(story: &Story) -> String {
    let payload: Value = serde_json::from_str(&story.payload).unwrap_or(Value::Null);
    let reworked = story.sent_back > 0;
    let operations = match story.action_type.as_str() {
        "create_task" if reworked => {
            vec![later(&payload, "/due", REWORK_GRACE_DAYS), second_try(&payload)]
        }
        "create_task" => vec![later(&payload, "/due", TASK_GRACE_DAYS)],
        "request_information" if !reworked => vec![longer(&payload, "/question", QUESTION_MAX_CHARS, PLEASE)],
        _ => vec![second_try(&payload)],
    };
    Value::Array(operations.into_iter().flatten().collect()).to_string()
}

fn second_try(payload: &Value) -> Option<Value> {
    longer(payload, "/subject", SUBJECT_MAX_CHARS, REWORKED)
}

/// Moves a date by some days.
fn later(payload: &Value, pointer: &str, days: i64) -> Option<Value> {
    let date: Date = payload.pointer(pointer)?.as_str()?.parse().ok()?;
    let span: Span = days.days();
    let moved = date.checked_add(span).ok()?;
    Some(json!({ "op": "replace", "path": pointer, "value": moved.to_string() }))
}

/// Adds words to a text, whose end gives way where both do not fit.
fn longer(payload: &Value, pointer: &str, max_chars: usize, words: &str) -> Option<Value> {
    let text = payload.pointer(pointer)?.as_str()?;
    let room = max_chars.saturating_sub(words.chars().count());
    let kept: String = text.chars().take(room).collect();
    Some(json!({ "op": "replace", "path": pointer, "value": format!("{kept}{words}") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(action_type: &str, payload: &str, sent_back: u32) -> Story {
        Story { action_type: action_type.into(), payload: payload.into(), sent_back, ..Story::default() }
    }

    #[test]
    fn a_task_gets_two_more_days_every_time() {
        for (before, after) in [("2017-12-31", "2018-01-02"), ("2016-02-27", "2016-02-29")] {
            let patch = usual_edit(&story("create_task", &format!(r#"{{"due":"{before}","subject":"x"}}"#), 0));
            assert_eq!(patch, format!(r#"[{{"op":"replace","path":"/due","value":"{after}"}}]"#));
        }
    }

    #[test]
    fn a_text_at_its_bound_stays_within_it() {
        let payload = json!({ "due": "2017-12-31", "subject": "x".repeat(SUBJECT_MAX_CHARS) }).to_string();
        let patch: Value = serde_json::from_str(&usual_edit(&story("create_task", &payload, 1))).expect("JSON");
        let subject = patch[1]["value"].as_str().expect("a text");
        assert!(subject.chars().count() == SUBJECT_MAX_CHARS && subject.ends_with(REWORKED), "{subject}");
    }

    #[test]
    fn after_a_rework_the_edit_is_another() {
        let payload = r#"{"due":"2017-12-31","question":"Which?","subject":"Ask"}"#;
        for action_type in ["create_task", "request_information"] {
            let (first, second) =
                (usual_edit(&story(action_type, payload, 0)), usual_edit(&story(action_type, payload, 1)));
            assert_ne!(first, second);
            assert!(second.contains("Ask (second try)"), "{second}");
        }
    }
}
