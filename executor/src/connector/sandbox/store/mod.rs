//! The SQL of `sandbox.db`. The workspace is the first column of every key.

mod calls;
mod drafts;
mod error;
mod notes;
mod records;
mod requests;
mod tasks;
#[cfg(test)]
mod tests;
mod totals;

pub(super) use calls::{CallKey, KeptCall, keep_calls, load_calls};
pub(super) use drafts::insert_draft;
pub use error::Error;
pub(super) use notes::insert_note_on_record;
pub(super) use records::{insert_missing_records, read_record, write_record};
pub(super) use requests::insert_request;
pub(super) use tasks::insert_task;
pub(super) use totals::count_rows;

/// Brings `sandbox.db` up to date.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/connector/sandbox/store/migrations");
