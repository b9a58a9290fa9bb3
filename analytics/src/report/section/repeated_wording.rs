//! Words that people take out, put in or replace again and again.

use serde::{Deserialize, Serialize};

use super::edit_rule::{of_wording, shown};
use super::repeated_edit::REPEATED_MIN;
use crate::report::occurrences::Occurrence;
use crate::report::rate::Rate;
use crate::report::shape::Shapes;
use crate::report::share::Share;

/// The same change of words, made in several candidates. The words themselves are in no report: they are told by keyed hashes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepeatedWording {
    /// JSON Pointer of the text, generalized.
    pub path: String,
    /// What happened: `removed`, `inserted`, `replaced`, `respelled`, `punctuated` or `rewritten`.
    pub change: String,
    /// Keyed hash of the normal form of the words that went; empty where none did.
    pub from: String,
    /// Keyed hash of the normal form of the words that came; empty where none did.
    pub to: String,
    /// In how many candidates.
    pub count: u64,
    /// By how many people.
    pub people: u64,
    /// Names of the first such candidates, at most three.
    pub examples: Vec<String>,
    /// In what share of the decided candidates that had words at the place as they were proposed.
    #[serde(flatten)]
    pub share: Share,
    /// The change as a rule for the proposer.
    pub rule: String,
}

impl RepeatedWording {
    /// Reads it from an occurrence whose key ends in action type, path, change, from and to; what stands before is the proposer. None when it
    /// was made in one candidate only.
    pub(in crate::report) fn of(occurrence: &Occurrence, shapes: &Shapes) -> Option<Self> {
        let [proposer @ .., action_type, path, change, from, to] = occurrence.key.as_slice() else { return None };
        if occurrence.candidates < REPEATED_MIN {
            return None;
        }
        let proposer = proposer.first().map(String::as_str);
        let denominator = shapes.count(proposer, action_type, |shape| shape.had_words(path));
        let made = Rate { numerator: occurrence.applied, denominator };
        Some(Self {
            path: path.clone(),
            change: change.clone(),
            from: from.clone(),
            to: to.clone(),
            count: occurrence.candidates,
            people: occurrence.people,
            examples: occurrence.examples.clone(),
            share: made.into(),
            rule: of_wording(action_type, [path, change, shown(from), shown(to)], made, occurrence.candidates),
        })
    }

    /// States the rule with the words instead of their hashes.
    pub(crate) fn rule_in_words(&self, action_type: &str, removed: &str, inserted: &str) -> String {
        let made = Rate { numerator: self.share.numerator, denominator: self.share.denominator };
        let quoted = |words: &str| format!("\u{201c}{words}\u{201d}");
        let words = [self.path.as_str(), &self.change, &quoted(removed), &quoted(inserted)];
        of_wording(action_type, words, made, self.count)
    }

    /// Says the change in words: `removed (5f0e6a1b)`, `replaced (5f0e6a1b by 77ab01c2)`.
    pub(super) fn in_words(&self) -> String {
        match (shown(&self.from), shown(&self.to)) {
            ("", "") => self.change.clone(),
            (one, "") | ("", one) => format!("{} ({one})", self.change),
            (from, to) if from == to => format!("{} ({to})", self.change),
            (from, to) => format!("{} ({from} by {to})", self.change),
        }
    }
}
