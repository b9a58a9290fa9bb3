//! Reads TOML key by key, so that every error names file and key.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// Says which key of which file is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`{}: {reason}", at_key(.key))]
pub struct KeyError {
    /// The file.
    pub file: String,
    /// The key, dotted; empty when the file as a whole is wrong.
    pub key: String,
    /// Why, and what would do.
    pub reason: String,
}

/// A table whose keys are taken one by one.
#[derive(Debug)]
pub(crate) struct Keys<'a> {
    file: &'a str,
    path: String,
    table: Table,
    /// What was asked for so far, there or not.
    asked: Vec<String>,
}

impl<'a> Keys<'a> {
    /// Reads a file's text.
    pub(crate) fn read(file: &'a str, text: &str) -> Result<Self, KeyError> {
        let table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let reason = format!("line `{line}` is not TOML: {}", error.message());
            KeyError { file: file.to_owned(), key: String::new(), reason }
        })?;
        Ok(Self { file, path: String::new(), table, asked: Vec::new() })
    }

    /// Takes a key that must be there. Where a misspelt one stands in its place, that one is named.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, key: &str) -> Result<T, KeyError> {
        self.optional(key)?.ok_or_else(|| match self.table.keys().find(|there| is_misspelt(there, key)) {
            Some(misspelt) => {
                self.wrong(misspelt, format!("there is no such key: did you mean `{key}`, which is missing?"))
            }
            None => self.wrong(key, "it is missing: add it"),
        })
    }

    /// Takes a key that may be there.
    pub(crate) fn optional<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, KeyError> {
        self.asked.push(key.to_owned());
        let Some(value) = self.table.remove(key) else { return Ok(None) };
        value.try_into().map(Some).map_err(|error: toml::de::Error| self.wrong(key, error.message()))
    }

    /// Tells whether a key is there that nobody took.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Takes a table that must be there.
    pub(crate) fn table(&mut self, key: &str) -> Result<Self, KeyError> {
        let table = self.required(key)?;
        Ok(self.below(key, table))
    }

    /// Takes an array of tables; an absent one is empty.
    pub(crate) fn tables(&mut self, key: &str) -> Result<Vec<Self>, KeyError> {
        let tables: Vec<Table> = self.optional(key)?.unwrap_or_default();
        Ok((0..).zip(tables).map(|(index, table)| self.below(&format!("{key}[{index}]"), table)).collect())
    }

    /// Refuses keys that nobody took: a misspelt key must not pass for an absent one.
    pub(crate) fn finish(self) -> Result<(), KeyError> {
        let left: Option<&String> = self.table.iter().map(|(key, _): (&String, &Value)| key).next();
        let Some(key) = left else { return Ok(()) };
        let reason = match self.asked.iter().find(|known| is_misspelt(key, known)) {
            Some(known) => format!("there is no such key: did you mean `{known}`?"),
            None => "there is no such key: remove it or correct its name".to_owned(),
        };
        Err(self.wrong(key, reason))
    }

    /// Says what is wrong with a key of this table.
    pub(crate) fn wrong(&self, key: &str, reason: impl Into<String>) -> KeyError {
        KeyError { file: self.file.to_owned(), key: format!("{}{key}", self.path), reason: reason.into() }
    }

    fn below(&self, key: &str, table: Table) -> Self {
        Self { file: self.file, path: format!("{}{key}.", self.path), table, asked: Vec::new() }
    }
}

/// A file as a whole has no key.
fn at_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", key `{key}`") }
}

/// Returns what somebody who wrote `given` probably meant: the nearest of what is known; none where nothing is near.
pub(crate) fn meant<'k>(given: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.into_iter().filter(|known| is_misspelt(given, known));
    near.min_by_key(|known| strsim::damerau_levenshtein(given, known))
}

/// Tells whether somebody who meant `known` may have written `given`: one slip in three letters, two at most.
fn is_misspelt(given: &str, known: &str) -> bool {
    const SLIPS_MAX: usize = 2;
    let slips = strsim::damerau_levenshtein(given, known);
    slips > 0 && slips <= SLIPS_MAX.min(known.chars().count() / 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_and_reason(error: &KeyError) -> (&str, &str) {
        (&error.key, &error.reason)
    }

    #[test]
    fn an_error_names_the_dotted_key() {
        let mut keys = Keys::read("a.toml", "[when]\nquorum = \"two\"\n[[rule]]\nname = 1\nnmae = 2").expect("TOML");
        let error = keys.table("when").expect("a table").required::<u32>("quorum").expect_err("not a number");
        assert_eq!((error.file.as_str(), error.key.as_str()), ("a.toml", "when.quorum"));
        let mut rule = keys.tables("rule").expect("tables").remove(0);
        assert_eq!(rule.required::<u32>("name"), Ok(1));
        let error = rule.finish().expect_err("a key too many");
        assert_eq!(key_and_reason(&error), ("rule[0].nmae", "there is no such key: did you mean `name`?"));
        let unknown = Keys::read("a.toml", "colour = 1").expect("TOML").finish().expect_err("a key too many");
        assert_eq!(key_and_reason(&unknown), ("colour", "there is no such key: remove it or correct its name"));
    }

    #[test]
    fn a_misspelt_key_is_named_and_not_the_one_it_stands_for() {
        let mut keys = Keys::read("a.toml", "operatoin = 1").expect("TOML");
        let error = keys.required::<u32>("operation").expect_err("misspelt");
        let reason = "there is no such key: did you mean `operation`, which is missing?";
        assert_eq!(key_and_reason(&error), ("operatoin", reason));
        assert_eq!(keys.required::<u32>("undo").expect_err("missing").key, "undo");
    }

    #[test]
    fn a_missing_key_and_broken_toml_are_told_apart() {
        let mut keys = Keys::read("a.toml", "").expect("TOML");
        let error = keys.required::<String>("name").expect_err("missing");
        assert_eq!(key_and_reason(&error), ("name", "it is missing: add it"));
        let error = Keys::read("a.toml", "a = 1\nb = = 2").expect_err("not TOML");
        assert!(error.to_string().starts_with("`a.toml`: line `2` is not TOML: "), "{error}");
    }
}
