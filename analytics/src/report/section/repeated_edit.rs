//! Edits that people make again and again.

use serde::{Deserialize, Serialize};

use crate::report::occurrences::Occurrence;

/// A change counts as repeated from this many candidates on.
const REPEATED_MIN: u64 = 2;

/// Hex digits of a value's hash that are shown to tell one value from another.
const SHOWN_HEX_CHARS: usize = 8;

/// The same change, made in several candidates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedEdit {
    /// JSON Pointer of the changed field, generalized.
    pub path: String,
    /// The operation of RFC 6902.
    pub operation: String,
    /// What kind of value became what kind of value, and what makes the changes the same.
    pub change: String,
    /// In how many candidates.
    pub count: u64,
    /// By how many people.
    pub people: u64,
    /// Names of the first such candidates, at most three.
    pub examples: Vec<String>,
}

impl RepeatedEdit {
    /// Reads a repeated edit from the last five values of an occurrence's key: path, operation, from, to, sameness.
    /// None when it was made in one candidate only.
    pub(in crate::report) fn of(occurrence: &Occurrence) -> Option<Self> {
        let [.., path, operation, from, to, sameness] = occurrence.key.as_slice() else { return None };
        (occurrence.candidates >= REPEATED_MIN).then(|| Self {
            path: path.clone(),
            operation: operation.clone(),
            change: change(from, to, sameness),
            count: occurrence.candidates,
            people: occurrence.people,
            examples: occurrence.examples.clone(),
        })
    }
}

/// Says a change in words: `date to date, 2 days later`, `word to empty`, `number to number, the same value (5f0e6a1b)`.
fn change(from: &str, to: &str, sameness: &str) -> String {
    let kinds = format!("{from} to {to}");
    if let Some(days) = sameness.strip_prefix("shift ").and_then(|days| days.parse::<i64>().ok()) {
        let unit = if days.abs() == 1 { "day" } else { "days" };
        return match days {
            0 => format!("{kinds}, on the same day"),
            1.. => format!("{kinds}, {days} {unit} later"),
            _ => format!("{kinds}, {} {unit} earlier", -days),
        };
    }
    match sameness.strip_prefix("value ") {
        // Nothing is the same nothing everywhere: its hash would say no more.
        Some(hash) if to != "empty" => {
            let shown = hash.get(..SHOWN_HEX_CHARS).unwrap_or(hash);
            format!("{kinds}, the same value ({shown})")
        }
        Some(_) | None => kinds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_without_its_value() {
        assert_eq!(change("date", "date", "shift 2"), "date to date, 2 days later");
        assert_eq!(change("date", "date", "shift -1"), "date to date, 1 day earlier");
        assert_eq!(change("word", "number", "value 0123456789abcdef"), "word to number, the same value (01234567)");
        assert_eq!(change("word", "absent", ""), "word to absent");
        assert_eq!(change("word", "empty", "value 00"), "word to empty");
    }
}
