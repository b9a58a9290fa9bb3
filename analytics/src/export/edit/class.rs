//! Kinds of value: what can be said of a value without saying it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// Most bytes of a text that is looked at closely: longer ones are counted by words only.
const CLOSE_LOOK_MAX_BYTES: usize = 256;

/// Returns the class of a value that is there.
pub(super) fn class_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(text) => class_of_text(text),
        Value::Array(items) if items.is_empty() => "empty",
        Value::Array(_) => "list",
        Value::Object(members) if members.is_empty() => "empty",
        Value::Object(_) => "object",
    }
}

/// Returns by how many calendar days (UTC) a date or time moved; none unless both values are dates or times.
pub(super) fn shift_days(from: &Value, to: &Value) -> Option<i32> {
    let (from, to) = (day_of(from.as_str()?)?, day_of(to.as_str()?)?);
    from.until(to).ok().map(|span| span.get_days())
}

fn class_of_text(text: &str) -> &'static str {
    let text = text.trim();
    if text.is_empty() {
        return "empty";
    }
    if text.len() <= CLOSE_LOOK_MAX_BYTES
        && let Some(class) = class_of_short_text(text)
    {
        return class;
    }
    match text.split_whitespace().count() {
        0 | 1 => "word",
        2..=5 => "text of 2 to 5 words",
        6..=20 => "text of 6 to 20 words",
        21..=100 => "text of 21 to 100 words",
        _ => "text of over 100 words",
    }
}

fn class_of_short_text(text: &str) -> Option<&'static str> {
    if text.parse::<Date>().is_ok() && !text.contains('T') {
        return Some("date");
    }
    if day_of(text).is_some() {
        return Some("time");
    }
    let one_word = !text.contains(char::is_whitespace);
    if one_word && text.contains("://") {
        return Some("link");
    }
    if one_word && is_email(text) {
        return Some("email");
    }
    if one_word && is_resource_name(text) {
        return Some("resource name");
    }
    if is_phone(text) {
        return Some("phone");
    }
    is_name_like(text).then_some("name-like")
}

fn day_of(text: &str) -> Option<Date> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_zoned(TimeZone::UTC).date());
    }
    text.parse::<DateTime>().ok().map(DateTime::date)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

fn is_resource_name(text: &str) -> bool {
    let mut parts = text.split('/');
    let collection =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    parts.next().is_some_and(collection) && parts.next().is_some_and(|id| !id.is_empty())
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let only =
        text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '+' | '-' | ' ' | '(' | ')' | '/' | '.'));
    only && digits >= 7 && (text.starts_with('+') || text.contains([' ', '-', '/', '(']))
}

/// Two to four words, each beginning with a capital and made of letters: most names of people and many of companies.
fn is_name_like(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capital = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|letter| letter.is_alphabetic() || matches!(letter, '-' | '\'' | '.'))
    };
    (2..=4).contains(&words.len()) && words.iter().all(capital)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_known_by_its_kind() {
        for (value, class) in [
            (json!(null), "empty"),
            (json!(" "), "empty"),
            (json!([]), "empty"),
            (json!(true), "boolean"),
            (json!(3.5), "number"),
            (json!("2026-12-02"), "date"),
            (json!("2026-12-02T10:00:00Z"), "time"),
            (json!("2026-12-02T10:00:00"), "time"),
            (json!("https://crm.example/deals/1"), "link"),
            (json!("anna@example.org"), "email"),
            (json!("users/anna"), "resource name"),
            (json!("+49 30 1234567"), "phone"),
            (json!("Anna Müller"), "name-like"),
            (json!("urgent"), "word"),
            (json!("call back"), "text of 2 to 5 words"),
            (json!("please ask the customer for it"), "text of 6 to 20 words"),
            (json!("w ".repeat(60)), "text of 21 to 100 words"),
            (json!("w ".repeat(101)), "text of over 100 words"),
            (json!([1]), "list"),
            (json!({"a": 1}), "object"),
        ] {
            assert_eq!(class_of(&value), class, "{value}");
        }
    }

    #[test]
    fn a_shift_counts_calendar_days_and_only_between_dates() {
        let days = |from: &str, to: &str| shift_days(&json!(from), &json!(to));
        assert_eq!(days("2026-11-30", "2026-12-02"), Some(2));
        assert_eq!(days("2026-12-02", "2026-11-30"), Some(-2));
        assert_eq!(days("2024-02-28", "2025-02-28"), Some(366));
        assert_eq!(days("2026-11-30T23:00:00Z", "2026-12-01T01:00:00Z"), Some(1));
        assert_eq!(days("2026-11-30", "soon"), None);
        assert_eq!(shift_days(&json!(1), &json!(2)), None);
    }
}
