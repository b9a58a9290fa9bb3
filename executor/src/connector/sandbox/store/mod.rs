//! The SQL of `sandbox.db`.

mod calls;
mod error;
mod records;
mod requests;
mod tasks;
mod totals;

pub(super) use calls::{KeptCall, keep_calls, load_calls};
pub use error::Error;
pub(super) use records::{insert_missing_records, read_record, write_record};
pub(super) use requests::insert_request;
pub(super) use tasks::insert_task;
pub(super) use totals::count_rows;

/// Brings `sandbox.db` up to date.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/connector/sandbox/store/migrations");
