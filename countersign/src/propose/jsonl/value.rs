//! Single values of a line: texts, numbers, times, words, hashes, and lists of them.

use jiff::Timestamp;
use ledger_format::Hash;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::object::{Member, Object};
use super::wrong::Wrong;

/// The most of a value that is shown.
const SHOWN_MAX_CHARS: usize = 40;

impl<'a> Object<'a> {
    /// Takes a text that must be there.
    ///
    /// # Errors
    /// When it is not there, or not a text.
    pub fn text(&mut self, name: &'static str) -> Result<String, Wrong> {
        let member = self.take_needed(name)?;
        text_of(member, &self.path_to(name))
    }

    /// Takes a text; none when it is left out.
    ///
    /// # Errors
    /// When it is not a text.
    pub fn text_if_any(&mut self, name: &'static str) -> Result<Option<String>, Wrong> {
        self.take(name).map(|member| text_of(member, &self.path_to(name))).transpose()
    }

    /// Takes a text; empty when it is left out.
    ///
    /// # Errors
    /// When it is not a text.
    pub fn text_or_empty(&mut self, name: &'static str) -> Result<String, Wrong> {
        Ok(self.text_if_any(name)?.unwrap_or_default())
    }

    /// Takes a list of texts; empty when it is left out.
    ///
    /// # Errors
    /// When it is not a list, or something in it is not a text.
    pub fn texts(&mut self, name: &'static str) -> Result<Vec<String>, Wrong> {
        self.list(name, |member, path| text_of(member, &path))
    }

    /// Takes a list of positions, from 1; empty when it is left out.
    ///
    /// # Errors
    /// When it is not a list, or something in it is not a small whole number.
    pub fn positions(&mut self, name: &'static str) -> Result<Vec<i32>, Wrong> {
        self.list(name, |member, path| {
            let number: Option<u16> = decoded(member);
            number.map(i32::from).ok_or_else(|| {
                wrong(member, path, "is not a whole number from 1", "write which piece of evidence it is, from 1")
            })
        })
    }

    /// Takes a time; none when it is left out.
    ///
    /// # Errors
    /// When it is not one of RFC 3339.
    pub fn time(&mut self, name: &'static str) -> Result<Option<prost_types::Timestamp>, Wrong> {
        let Some(member) = self.take(name) else { return Ok(None) };
        let path = self.path_to(name);
        let text = text_of(member, &path)?;
        let time: Timestamp = text.parse().map_err(|_| {
            let what = format!("is not a time: `{}`", shown(&text));
            wrong(member, path, &what, "write RFC 3339, such as `2026-03-04T15:20:00Z`")
        })?;
        Ok(Some(prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }))
    }

    /// Takes a SHA-256; empty when it is left out.
    ///
    /// # Errors
    /// When it is not 64 lower-case hexadecimal digits.
    pub fn sha256(&mut self, name: &'static str) -> Result<Vec<u8>, Wrong> {
        let Some(member) = self.take(name) else { return Ok(Vec::new()) };
        let path = self.path_to(name);
        let text = text_of(member, &path)?;
        let hash: Hash = text.parse().map_err(|_| {
            let what = format!("is not a SHA-256: `{}`", shown(&text));
            wrong(member, path, &what, "write 64 lower-case hexadecimal digits")
        })?;
        Ok(hash.as_bytes().to_vec())
    }

    /// Takes one of several words; none when it is left out.
    ///
    /// # Errors
    /// When it is another word, naming those there are.
    pub fn word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Result<Option<T>, Wrong> {
        let Some(member) = self.take(name) else { return Ok(None) };
        let path = self.path_to(name);
        let text = text_of(member, &path)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*value));
        }
        let choice: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let mend = format!("write one of {}", choice.join(", "));
        Err(wrong(member, path, &format!("is no such word: `{}`", shown(&text)), &mend))
    }

    /// Takes one of several words that must be there.
    ///
    /// # Errors
    /// When it is not there, or another word.
    pub fn word_needed<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Result<T, Wrong> {
        match self.word(name, words)? {
            Some(value) => Ok(value),
            None => Err(self.missing(name)),
        }
    }

    /// Takes an object that must be there.
    ///
    /// # Errors
    /// When it is not there, or not an object.
    pub fn object(&mut self, name: &'static str) -> Result<Self, Wrong> {
        let member = self.take_needed(name)?;
        Self::of(member.line(), member.raw(), self.path_to(name))
    }

    /// Takes an object; none when it is left out.
    ///
    /// # Errors
    /// When it is not an object.
    pub fn object_if_any(&mut self, name: &'static str) -> Result<Option<Self>, Wrong> {
        self.take(name).map(|member| Self::of(member.line(), member.raw(), self.path_to(name))).transpose()
    }

    /// Takes a list of objects, each read by `read`; empty when it is left out.
    ///
    /// # Errors
    /// When it is not a list, or what `read` says.
    pub fn objects<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Self) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        self.list(name, |member, path| read_whole(Self::of(member.line(), member.raw(), path)?, &read))
    }

    fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Member<'a>, String) -> Result<T, Wrong>,
    ) -> Result<Vec<T>, Wrong> {
        let Some(member) = self.take(name) else { return Ok(Vec::new()) };
        let path = self.path_to(name);
        let items: Vec<&'a RawValue> = serde_json::from_str(member.text()).map_err(|_| {
            let what = format!("is {}, a list is needed", member.kind());
            wrong(member, path.clone(), &what, "write it in `[` and `]`")
        })?;
        let item =
            |(number, raw): (usize, &'a RawValue)| read(Member::new(member.line(), raw), format!("{path}[{number}]"));
        items.into_iter().enumerate().map(item).collect()
    }
}

/// Reads an object by `read`, and refuses what is left of it.
///
/// # Errors
/// What `read` says; a field that is not known.
pub fn read_whole<'a, T>(
    mut object: Object<'a>,
    read: impl Fn(&mut Object<'a>) -> Result<T, Wrong>,
) -> Result<T, Wrong> {
    let value = read(&mut object)?;
    object.finish()?;
    Ok(value)
}

fn text_of(member: Member<'_>, path: &str) -> Result<String, Wrong> {
    decoded(member).ok_or_else(|| {
        let what = match member.kind() {
            "a text" => "is a text with an escape that stands for no character".to_owned(),
            other => format!("is {other}, a text is needed"),
        };
        wrong(member, path.to_owned(), &what, "write it as text in double quotes")
    })
}

fn decoded<T: DeserializeOwned>(member: Member<'_>) -> Option<T> {
    serde_json::from_str(member.text()).ok()
}

fn wrong(member: Member<'_>, path: String, what: &str, mend: &str) -> Wrong {
    Wrong { column: member.column(), what: format!("`{path}` {what}"), field: Some(path), mend: mend.to_owned() }
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
