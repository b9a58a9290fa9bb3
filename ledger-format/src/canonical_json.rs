//! Canonical JSON: the one writer of RFC 8785 in the project.
//!
//! A digest is only as good as the rule that turns a value into bytes. Everything that is hashed as JSON goes through here.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Most arrays and objects that may stand inside one another.
pub const JSON_MAX_DEPTH: usize = 64;

/// Up to this magnitude every integer is a double of its own.
const EXACT_MAX: u64 = 1 << 53;

/// Writes a JSON value in its RFC 8785 form.
///
/// # Errors
///
/// Refuses what has no faithful canonical form: nesting over [`JSON_MAX_DEPTH`] and integers that would become other integers.
pub fn canonicalize(value: &Value) -> Result<String, Error> {
    check(value, 0)?;
    serde_json_canonicalizer::to_string(value).map_err(Error::Unwritable)
}

/// Parses JSON text strictly and writes it in its RFC 8785 form.
///
/// An integer beyond 64 bits is read as a double, as RFC 8785 asks; one within 64 bits is refused when that would change it.
///
/// # Errors
///
/// As [`canonicalize`], and refuses text that is not JSON, numbers beyond a double, and objects that name a key twice.
pub fn canonicalize_text(text: &str) -> Result<String, Error> {
    canonicalize(&parse(text)?)
}

/// Parses JSON text as [`canonicalize_text`] does, and returns the value.
///
/// # Errors
///
/// Refuses text that is not JSON, numbers beyond a double, nesting over [`JSON_MAX_DEPTH`], and objects that name a key twice.
pub fn parse(text: &str) -> Result<Value, Error> {
    let refusal = Cell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let strict = Strict { depth: 0, refusal: &refusal };
    let parsed = strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|source| match refusal.get() {
        Some(Refusal::DuplicateKey) => Error::DuplicateKey { line: source.line(), column: source.column() },
        Some(Refusal::TooDeep) => Error::TooDeep,
        None => Error::Malformed(source),
    })
}

/// Why a value has no canonical form. Never repeats a word of the value itself.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not JSON, or holds a number beyond a double.
    #[error("the text is not JSON that RFC 8785 can write: correct it at the place named")]
    Malformed(#[source] serde_json::Error),
    /// An object names one key twice: readers would disagree on its value.
    #[error("an object names a key twice at line `{line}` column `{column}`: keep one of them")]
    DuplicateKey {
        /// Line of the second mention, from 1.
        line: usize,
        /// Column of the second mention, from 1.
        column: usize,
    },
    /// Arrays and objects are nested too deeply.
    #[error("the value is nested deeper than `{JSON_MAX_DEPTH}` arrays and objects: flatten it")]
    TooDeep,
    /// An integer would be written as another integer.
    #[error("an integer has more digits than RFC 8785 keeps: send it as a string")]
    InexactInteger,
    /// The canonical writer refused the value.
    #[error("the value cannot be written as canonical JSON: send plain JSON values only")]
    Unwritable(#[source] serde_json::Error),
}

fn check(value: &Value, depth: usize) -> Result<(), Error> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) => check_number(number),
        Value::Array(_) | Value::Object(_) if depth == JSON_MAX_DEPTH => Err(Error::TooDeep),
        Value::Array(items) => items.iter().try_for_each(|item| check(item, depth + 1)),
        Value::Object(members) => members.values().try_for_each(|member| check(member, depth + 1)),
    }
}

/// Refuses an integer whose canonical text names another integer: RFC 8785 writes the shortest digits of the nearest double.
fn check_number(number: &Number) -> Result<(), Error> {
    let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    if magnitude.is_none_or(|magnitude| magnitude <= EXACT_MAX) {
        return Ok(());
    }
    let canonical = serde_json_canonicalizer::to_string(number).map_err(Error::Unwritable)?;
    if canonical == number.to_string() { Ok(()) } else { Err(Error::InexactInteger) }
}

#[derive(Clone, Copy)]
enum Refusal {
    DuplicateKey,
    TooDeep,
}

/// Builds a value as `serde_json` does, except that it refuses duplicate keys and deep nesting.
#[derive(Clone, Copy)]
struct Strict<'r> {
    depth: usize,
    refusal: &'r Cell<Option<Refusal>>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(self, refusal: Refusal) -> E {
        self.refusal.set(Some(refusal));
        E::custom("refused")
    }

    fn enter<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == JSON_MAX_DEPTH {
            return Err(self.refuse(Refusal::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("number out of range"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.enter()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inner = self.enter()?;
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(self.refuse(Refusal::DuplicateKey));
            }
            members.insert(key, access.next_value_seed(inner)?);
        }
        Ok(Value::Object(members))
    }
}
