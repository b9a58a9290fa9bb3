//! The action catalogue: what kinds of action can be proposed, each a TOML file.
//!
//! `entry` reads one file's text and `schema_rules` holds its payload schema to the house's rules. `subschemas` lists the schemas in it:
//! `schema_spelling` finds words in them that the standard (`schema_keywords`) does not have, `schema_contradictions`,
//! `schema_bounds` and `schema_fields` what nothing can fit. All are pure; `folder` reads a folder.

mod entry;
mod folder;
mod schema_bounds;
mod schema_contradictions;
mod schema_fields;
mod schema_keywords;
mod schema_rules;
mod schema_spelling;
mod shelf;
mod subschemas;

pub use folder::FolderError;
pub use shelf::Catalogue;

#[cfg(test)]
mod tests;
