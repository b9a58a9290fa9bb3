//! The store in SQLite: the only module here that holds SQL.

mod bulk;
mod candidates;
mod census;
mod claimable;
mod column;
mod delegations;
mod due;
mod erasures;
mod events;
mod kin;
mod likenesses;
mod listing;
mod outbox;
mod policies;
mod reader;
mod requests;
mod standing_approvals;
mod team_turns;
mod triggers;
mod workspaces;
mod writer;

pub use reader::SqliteReader;
pub(super) use writer::SqliteWriter;

/// Brings a file's schema up to date.
pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();
