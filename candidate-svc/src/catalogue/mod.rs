//! The action catalogue: what kinds of action can be proposed, each a TOML file.
//!
//! `entry` reads one file's text and `schema_rules` holds its payload schema to the house's rules, both pure; `folder` reads a folder.

mod entry;
mod folder;
mod schema_rules;
mod shelf;

pub use folder::FolderError;
pub use shelf::Catalogue;

#[cfg(test)]
mod tests;
