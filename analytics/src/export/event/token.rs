//! Short identifiers that proposers choose, such as the name of a generator.

use std::borrow::Cow;

use crate::export::column::Word;

/// Most bytes of an identifier that is shown.
const TOKEN_MAX_BYTES: usize = 100;

/// Stands for an identifier that is none, and so might be a person's words.
const NOT_A_TOKEN: &str = "(not an identifier)";

/// Returns an identifier as it stands; none for an empty one. Whatever is not shaped like an identifier is not shown.
pub(super) fn token(text: &str) -> Word<'_> {
    if text.is_empty() {
        return None;
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'+');
    let is_token = text.len() <= TOKEN_MAX_BYTES && text.bytes().all(allowed);
    Some(Cow::Borrowed(if is_token { text } else { NOT_A_TOKEN }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_shown_and_words_are_not() {
        for text in ["crm-rules", "gpt-5.1", "v12", "acme/model:2026-11", "create_task"] {
            assert_eq!(token(text).as_deref(), Some(text));
        }
        assert_eq!(token(""), None);
        for text in ["Anna Müller", "anna@example.org", "=1+1\t", &"x".repeat(101)] {
            assert_eq!(token(text).as_deref(), Some(NOT_A_TOKEN));
        }
    }
}
