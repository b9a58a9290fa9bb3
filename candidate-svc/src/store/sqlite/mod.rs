//! The store in a SQLite file, which one process writes to; this module and `postgres/` alone hold SQL.

mod bulk;
pub(super) mod candidates;
pub(super) mod census;
pub(super) mod claimable;
pub(super) mod delegations;
pub(super) mod due;
pub(super) mod erasures;
pub(super) mod events;
pub(super) mod kin;
mod likenesses;
pub(super) mod listing;
pub(super) mod outbox;
pub(super) mod policies;
mod requests;
pub(super) mod standing_approvals;
mod team_turns;
pub(super) mod triggers;
pub(super) mod workspaces;
mod writer;

pub(in crate::store) use writer::SqliteWriter;

/// Brings a file's schema up to date.
pub(in crate::store) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();
