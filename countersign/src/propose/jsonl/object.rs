use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::wrong::Wrong;

/// How near a field's name must be to a known one to be taken for a slip of it, from 0 to 1.
const LIKE_ENOUGH: f64 = 0.75;

/// A JSON object of a line. Its fields are taken one by one; what is left when all known ones are taken is refused by its
/// name, so that a misspelled field does not get lost.
#[derive(Debug)]
pub struct Object<'a> {
    line: &'a str,
    text: &'a str,
    path: String,
    members: Vec<(String, &'a RawValue)>,
    known: Vec<&'static str>,
}

/// A field's value as it stands in the line.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    line: &'a str,
    raw: &'a RawValue,
}

impl<'a> Object<'a> {
    /// Reads a whole line.
    ///
    /// # Errors
    /// When it is not JSON, not an object, or has a field twice.
    pub fn of_line(line: &'a str) -> Result<Self, Wrong> {
        let raw: &RawValue = serde_json::from_str(line).map_err(|error| not_json(&error))?;
        Self::of(line, raw, String::new())
    }

    /// Reads an object inside a line; `path` leads to it.
    ///
    /// # Errors
    /// When it is not an object, or has a field twice.
    pub fn of(line: &'a str, raw: &'a RawValue, path: String) -> Result<Self, Wrong> {
        let member = Member { line, raw };
        if !raw.get().starts_with('{') {
            let field = (!path.is_empty()).then_some(path);
            let (named, what) = (field.as_deref().unwrap_or("the line").to_owned(), member.kind());
            let named = if field.is_some() { format!("`{named}`") } else { named };
            return Err(Wrong {
                column: member.column(),
                field,
                what: format!("{named} is {what}, an object is needed"),
                mend: "write it as `{\"name\": value, …}`; docs/proposals.md has an example".to_owned(),
            });
        }
        let Members(members) = serde_json::from_str(raw.get()).map_err(|error| not_json(&error))?;
        let object = Self { line, text: raw.get(), path, members, known: Vec::new() };
        object.refuse_doubles()?;
        Ok(object)
    }

    /// Takes a field out; none when it is left out or null.
    pub fn take(&mut self, name: &'static str) -> Option<Member<'a>> {
        self.known.push(name);
        let position = self.members.iter().position(|(found, _)| found == name)?;
        let (_, raw) = self.members.swap_remove(position);
        (raw.get() != "null").then_some(Member { line: self.line, raw })
    }

    /// Takes a field out that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn take_needed(&mut self, name: &'static str) -> Result<Member<'a>, Wrong> {
        self.take(name).ok_or_else(|| self.missing(name))
    }

    /// Says that a field is missing.
    pub fn missing(&self, name: &str) -> Wrong {
        let path = self.path_to(name);
        Wrong {
            column: column_of(self.line, self.text),
            what: format!("`{path}` is missing"),
            mend: format!("add `{path}`; docs/proposals.md lists the fields"),
            field: Some(path),
        }
    }

    /// Returns the path of a field of this object.
    pub fn path_to(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Names the first field that nobody has taken, and the one it may have been meant for.
    pub fn finish(self) -> Result<(), Wrong> {
        let Some((name, raw)) = self.members.first() else { return Ok(()) };
        let path = self.path_to(name);
        let likeness = |known: &&'static str| strsim::jaro_winkler(known, name);
        let meant = self.known.iter().copied().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        let mend = match meant.filter(|known| likeness(known) >= LIKE_ENOUGH) {
            Some(known) => format!("write `{}` if that is meant, else take it out", self.path_to(known)),
            None => "take it out; docs/proposals.md lists the fields".to_owned(),
        };
        let column = column_of(self.line, raw.get());
        Err(Wrong { column, what: format!("`{path}` is not a field of a proposal"), field: Some(path), mend })
    }

    fn refuse_doubles(&self) -> Result<(), Wrong> {
        for (position, (name, raw)) in self.members.iter().enumerate() {
            if self.members[..position].iter().any(|(before, _)| before == name) {
                let path = self.path_to(name);
                return Err(Wrong {
                    column: column_of(self.line, raw.get()),
                    what: format!("`{path}` stands there twice"),
                    field: Some(path),
                    mend: "keep one of them".to_owned(),
                });
            }
        }
        Ok(())
    }
}

impl<'a> Member<'a> {
    /// Makes the value that stands at this place of a line.
    pub const fn new(line: &'a str, raw: &'a RawValue) -> Self {
        Self { line, raw }
    }

    /// Returns the text of the value as it stands there.
    pub fn text(&self) -> &'a str {
        self.raw.get()
    }

    /// Returns the line it stands in.
    pub const fn line(&self) -> &'a str {
        self.line
    }

    /// Returns the value itself.
    pub const fn raw(&self) -> &'a RawValue {
        self.raw
    }

    /// Returns the byte of the line at which it begins, from 1.
    pub fn column(&self) -> usize {
        column_of(self.line, self.raw.get())
    }

    /// Says what kind of value it is.
    pub fn kind(&self) -> &'static str {
        match self.raw.get().bytes().next() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a text",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        }
    }
}

/// The fields of an object in their order, doubles included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Fields).map(Self)
    }
}

/// Returns where a part of the line begins: both are slices of the same text.
fn column_of(line: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize) + 1
}

fn not_json(error: &serde_json::Error) -> Wrong {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&position).unwrap_or(&text);
    let mend = if error.is_eof() {
        "the line ends too early: write the whole object on one line"
    } else {
        "write one JSON object on the line, as docs/proposals.md shows it"
    };
    Wrong { column: error.column(), field: None, what: format!("not JSON: {reason}"), mend: mend.to_owned() }
}
