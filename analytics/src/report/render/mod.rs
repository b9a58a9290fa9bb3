//! The forms of a report. Each is made from the report alone and is the same, byte for byte, for the same report.

mod csv;
#[cfg(test)]
mod hostile;
mod html;
mod json;
mod markdown;
mod parquet;

pub(super) use csv::csv;
pub(super) use html::html;
pub use json::{SCHEMA_VERSION, proposers_in};
pub(super) use json::{json, rounded};
pub(super) use markdown::markdown;
pub(super) use parquet::parquet;
