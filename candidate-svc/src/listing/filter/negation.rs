//! What does not hold, said as far as possible by what does: of a field that holds one of few words, all others. Such a condition can be
//! looked up in an index.

use crate::listing::condition::{Condition, Pattern, TextField};

/// Returns the condition that holds exactly where this one does not.
pub(super) fn negate(condition: Condition) -> Condition {
    if let Some((field, words)) = words_of(&condition) {
        return one_of(field, |word| !words.contains(&word));
    }
    match condition {
        Condition::All(parts) => Condition::Any(parts.into_iter().map(negate).collect()),
        Condition::Any(parts) => Condition::All(parts.into_iter().map(negate).collect()),
        Condition::Not(inner) => *inner,
        Condition::Text { field, pattern, negated: false } => other_than(field, pattern),
        Condition::Text { field, pattern, negated: true } => Condition::Text { field, pattern, negated: false },
        time @ Condition::Time { .. } => Condition::Not(Box::new(time)),
    }
}

/// Returns that a field holds something else.
pub(super) fn other_than(field: TextField, pattern: Pattern) -> Condition {
    match field.words() {
        Some(_) => one_of(field, |word| !pattern.matches(word)),
        None => Condition::Text { field, pattern, negated: true },
    }
}

/// Returns the words one of which a field holds, if that is all that a condition says: what negates them stays as short, however often
/// that is done.
fn words_of(condition: &Condition) -> Option<(TextField, Vec<&str>)> {
    let Condition::Any(parts) = condition else { return None };
    let word = |part| match part {
        &Condition::Text { field, pattern: Pattern::Is(ref word), negated: false } => Some((field, word.as_str())),
        _ => None,
    };
    let words: Vec<(TextField, &str)> = parts.iter().map(word).collect::<Option<_>>()?;
    let (field, _) = *words.first()?;
    (field.words().is_some() && words.iter().all(|(other, _)| *other == field))
        .then(|| (field, words.into_iter().map(|(_, word)| word).collect()))
}

/// Returns that a field of few words holds one of those that are chosen.
fn one_of(field: TextField, is_chosen: impl Fn(&str) -> bool) -> Condition {
    let words = field.words().into_iter().flatten().filter(|word| is_chosen(word));
    let is = |word: &str| Condition::Text { field, pattern: Pattern::Is(word.to_owned()), negated: false };
    Condition::Any(words.map(is).collect())
}
