//! Edits that people make again and again.

use serde::{Deserialize, Serialize};

use super::edit_rule::{of_change, shown};
use crate::report::occurrences::Occurrence;
use crate::report::question::rules::Rule;
use crate::report::rate::Rate;
use crate::report::shape::Shapes;
use crate::report::share::Share;

/// A change counts as repeated from this many candidates on.
pub(super) const REPEATED_MIN: u64 = 2;

/// The same change, made in several candidates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// In what share of the decided candidates to which it could have been made as they were proposed.
    #[serde(flatten)]
    pub share: Share,
    /// The change as a rule for the proposer.
    #[serde(default)]
    pub rule: String,
    /// What became of it since it is a rule; none where it is not, or several proposers are told of at once.
    #[serde(default)]
    pub history: Option<RuleHistory>,
}

/// What became of a rule: how often people made the change before and after it was one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleHistory {
    /// Week of the edit with which it became a rule, ISO 8601.
    pub since: String,
    /// Among candidates proposed up to the end of that week.
    pub before: Share,
    /// Among candidates proposed later.
    pub after: Share,
    /// How likely a difference at least as large is by chance; none where one side is under 20.
    pub p: Option<f64>,
    /// The same, adjusted for all rules.
    pub q: Option<f64>,
    /// `followed`, `not followed`, `more often` or `too few`.
    pub verdict: String,
}

impl RuleHistory {
    /// Tells a rule's history.
    pub(in crate::report) fn of(rule: &Rule) -> Self {
        use crate::report::render::rounded;
        Self {
            since: rule.since.clone(),
            before: rule.before.into(),
            after: rule.after.into(),
            p: rule.difference.map(|difference| rounded(difference.p)),
            q: rule.difference.map(|difference| rounded(difference.q)),
            verdict: rule.verdict().to_owned(),
        }
    }
}

/// Returns how often a change was made of how often it could have been; `proposer` none: by whomever.
pub(in crate::report) fn made(
    occurrence: &Occurrence,
    proposer: Option<&str>,
    action_type: &str,
    path: &str,
    from: &str,
    shapes: &Shapes,
) -> Rate {
    let denominator = shapes.count(proposer, action_type, |shape| shape.could_take(path, from));
    Rate { numerator: occurrence.applied, denominator }
}

impl RepeatedEdit {
    /// Reads a repeated edit from an occurrence whose key ends in action type, path, operation, from, to and sameness; what stands before
    /// is the proposer. None when it was made in one candidate only.
    pub(in crate::report) fn of(occurrence: &Occurrence, shapes: &Shapes) -> Option<Self> {
        let [proposer @ .., action_type, path, operation, from, to, sameness] = occurrence.key.as_slice() else {
            return None;
        };
        if occurrence.candidates < REPEATED_MIN {
            return None;
        }
        let made = made(occurrence, proposer.first().map(String::as_str), action_type, path, from, shapes);
        Some(Self {
            path: path.clone(),
            operation: operation.clone(),
            change: change(from, to, sameness),
            count: occurrence.candidates,
            people: occurrence.people,
            examples: occurrence.examples.clone(),
            share: made.into(),
            rule: of_change(action_type, [path, operation, from, to], Some(sameness), made, occurrence.candidates),
            history: None,
        })
    }
}

/// Says a change in words: `date to date, 2 days later`, `word to empty`, `number to number, the same value (5f0e6a1b)`.
pub(super) fn change(from: &str, to: &str, sameness: &str) -> String {
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
        Some(hash) if to != "empty" => format!("{kinds}, the same value ({})", shown(hash)),
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
