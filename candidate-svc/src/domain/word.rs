//! Names that are one word of snake case: action types, evidence kinds and teams.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest word, in bytes.
pub const WORD_MAX_BYTES: usize = 63;

/// Says that a text is not a word of snake case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not one word of 1 to {WORD_MAX_BYTES} lower-case letters, digits and `_` that begins with a letter")]
pub struct WordError(pub String);

fn is_word(text: &str) -> bool {
    text.len() <= WORD_MAX_BYTES
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Returns the word.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = WordError;

            fn from_str(text: &str) -> Result<Self, WordError> {
                if is_word(text) { Ok(Self(text.into())) } else { Err(WordError(text.chars().take(100).collect())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

word!(
    /// The name of an action type, an entry of the catalogue, e.g. `create_task`.
    ActionTypeName
);
word!(
    /// A kind of evidence, e.g. `record_field`; action types ask for kinds.
    EvidenceKind
);
word!(
    /// The name of a team of owners, as the owner file has it, e.g. `support`.
    TeamName
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_1_to_63_bytes_of_snake_case() {
        for text in ["a", "create_task", "step2", &"a".repeat(WORD_MAX_BYTES)] {
            assert_eq!(text.parse::<ActionTypeName>().expect("a word").as_str(), text);
        }
        for text in ["", "_a", "2a", "Create", "create-task", "create task", "é", &"a".repeat(WORD_MAX_BYTES + 1)] {
            assert!(text.parse::<EvidenceKind>().is_err(), "{text:?}");
        }
    }
}
