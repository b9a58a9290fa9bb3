//! What people changed in payloads, told without telling the values.
//!
//! A JSON Patch holds values, and a value can be a name or an address. An export keeps of each change the place, the kinds of
//! value before and after, by how many days a date moved, and a keyed hash of the new value: the same edit made twice shows
//! as the same edit, and nobody without the key can test a guess. Of a text that was changed it keeps the same of the words that went and
//! came; of a payload as proposed, which places it has and the kinds of value there: what an edit could have changed.

mod class;
mod fields;
mod generalize;
mod path;
mod payloads;
mod spans;
mod wording;

pub(super) use fields::fields_of;
pub(super) use generalize::words_behind;
pub(crate) use generalize::{Edit, Edited, generalize};
pub(super) use payloads::{PayloadKeeper, parse as parse_payload};
pub(crate) use spans::Span;
pub(crate) use wording::Wording;
