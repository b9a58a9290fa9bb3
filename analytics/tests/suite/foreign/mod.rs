//! Logs of other systems, in which real people decided, told as ledger events: the report says of them what `DuckDB` says of the raw files.
//!
//! The logs are beside the project, in `../shared/data`, since their licences keep them out of it. An adapter turns one into steps; the
//! figures are those of `tests/python/foreign`, which reads the raw files and nothing of ours.

mod agreement;
mod declarations;
mod human_edits;
mod pull_requests;
pub mod python;
mod steps;
