//! Which stretches of a text were changed into which.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Most tokens of a text that is compared: a longer one takes too long where most of it differs.
const TOKENS_MAX: usize = 2_000;

/// Most places at which a text is still called changed, not written anew.
const SPANS_MAX: usize = 16;

/// Marks between words at which one change ends and another begins.
const ENDS: [char; 7] = ['.', '!', '?', ';', ':', '\n', '\r'];

/// A stretch of a text, and what stands there instead. One of the two can be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// What went.
    pub removed: String,
    /// What came.
    pub inserted: String,
}

/// Compares two texts token by token: runs of letters and digits, runs of white space, every other character.
///
/// Changes with nothing but white space and marks within a sentence between them are one. None when the text was written anew: changed at
/// more than 16 places, or one of the two has more than 2,000 tokens.
pub(crate) fn spans(before: &str, after: &str) -> Option<Vec<Span>> {
    let (old, new) = (tokens(before), tokens(after));
    if old.len().max(new.len()) > TOKENS_MAX {
        return None;
    }
    let mut spans: Vec<Stretch> = Vec::new();
    let mut goes_on = false;
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if let DiffOp::Equal { old_index, len, .. } = operation {
            goes_on = goes_on && old[old_index..old_index + len].iter().all(|token| is_within(token));
            continue;
        }
        let stretch = Stretch { old: operation.old_range(), new: operation.new_range() };
        match spans.last_mut().filter(|_| goes_on) {
            Some(last) => (last.old.end, last.new.end) = (stretch.old.end, stretch.new.end),
            None => spans.push(stretch),
        }
        goes_on = true;
    }
    let text = |tokens: &[&str]| tokens.concat().trim().to_owned();
    (spans.len() <= SPANS_MAX).then(|| {
        spans.into_iter().map(|span| Span { removed: text(&old[span.old]), inserted: text(&new[span.new]) }).collect()
    })
}

/// Where a change lies in the tokens of both texts.
struct Stretch {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

/// Tells whether a token can stand within a change without having changed.
fn is_within(token: &str) -> bool {
    !token.contains(|letter: char| letter.is_alphanumeric() || ENDS.contains(&letter))
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            letter if letter.is_alphanumeric() => rest.find(|next: char| !next.is_alphanumeric()),
            letter if letter.is_whitespace() => rest.find(|next: char| !next.is_whitespace()),
            mark => Some(mark.len_utf8()),
        };
        let (token, behind) = rest.split_at(end.unwrap_or(rest.len()));
        tokens.push(token);
        rest = behind;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(before: &str, after: &str) -> Vec<(String, String)> {
        let spans = spans(before, after).expect("compared");
        spans.into_iter().map(|span| (span.removed, span.inserted)).collect()
    }

    fn pair(removed: &str, inserted: &str) -> (String, String) {
        (removed.to_owned(), inserted.to_owned())
    }

    #[test]
    fn words_that_went_and_came_are_found_as_they_stand_together() {
        assert_eq!(told("Please call Anna now", "Call Anna"), [pair("Please call", "Call"), pair("now", "")]);
        assert_eq!(told("please call back", "kindly ring back"), [pair("please call", "kindly ring")]);
        assert_eq!(told("Done. Bye", "Ready. Later"), [pair("Done", "Ready"), pair("Bye", "Later")]);
        assert_eq!(told("GTXPro", "GTX Pro"), [pair("GTXPro", "GTX Pro")]);
        assert_eq!(told("Hello", "Hello!"), [pair("", "!")]);
        assert_eq!(told("same", "same"), []);
    }

    #[test]
    fn a_text_written_anew_is_not_told_span_by_span() {
        let numbered = |from: usize, count: usize| {
            (from..from + count).map(|n| format!("w{n}. same. ")).collect::<Vec<_>>().concat()
        };
        assert_eq!(spans(&numbered(0, 16), &numbered(100, 16)).map(|spans| spans.len()), Some(16));
        assert_eq!(spans(&numbered(0, 17), &numbered(100, 17)), None);
        assert_eq!(spans("a", &"w ".repeat(1_001)), None);
        assert!(spans("a", &"w ".repeat(1_000)).is_some());
    }

    proptest! {
        #[test]
        fn tokens_are_the_text_and_every_change_is_found(before in ".{0,60}", after in ".{0,60}") {
            prop_assert_eq!(tokens(&before).concat(), before.clone());
            let found = spans(&before, &after);
            prop_assert_eq!(found.as_ref().is_some_and(Vec::is_empty), before == after);
        }
    }
}
