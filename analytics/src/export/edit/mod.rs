//! What people changed in payloads, told without telling the values.
//!
//! A JSON Patch holds values, and a value can be a name or an address. An export keeps of each change the place, the kinds of
//! value before and after, by how many days a date moved, and a keyed hash of the new value: the same edit made twice shows
//! as the same edit, and nobody without the key can test a guess.

mod class;
mod generalize;
mod path;
mod payloads;

pub(crate) use generalize::{Edit, generalize};
pub(super) use payloads::{PayloadKeeper, parse as parse_payload};
