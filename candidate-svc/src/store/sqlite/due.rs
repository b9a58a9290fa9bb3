//! What the clock has to do, and when.

use std::sync::Arc;

use countersign_api::name::Workspace;
use sqlx::{Row, SqlitePool};

use super::{
    candidates, claimable,
    column::{self, Column},
};
use crate::{
    domain::{Candidate, Moment},
    store::Error,
};

/// Returns the earliest deadline of any candidate; none when the clock has nothing to do.
pub(super) async fn earliest(readers: &SqlitePool) -> Result<Option<Moment>, Error> {
    let earliest: Option<i64> = sqlx::query_scalar(
        "SELECT MIN((SELECT MIN(deadline_us) FROM candidates WHERE candidates.workspace = workspaces.workspace \
         AND deadline_us IS NOT NULL)) FROM workspaces",
    )
    .fetch_one(readers)
    .await?;
    earliest.map(|micros| claimable::moment(Column { table: "candidates", column: "deadline_us" }, micros)).transpose()
}

/// Reads candidates whose deadline has come, the longest due first, at most `limit`.
pub(super) async fn due(readers: &SqlitePool, now: Moment, limit: u32) -> Result<Vec<Arc<Candidate>>, Error> {
    let rows = sqlx::query(
        "SELECT candidates.workspace, candidates.id, candidates.snapshot FROM workspaces CROSS JOIN candidates \
         ON candidates.workspace = workspaces.workspace WHERE deadline_us IS NOT NULL AND deadline_us <= ? \
         ORDER BY deadline_us LIMIT ?",
    )
    .bind(now.as_micros())
    .bind(limit)
    .fetch_all(readers)
    .await?;
    rows.iter()
        .map(|row| {
            let at = Column { table: "candidates", column: "workspace" };
            let workspace: Workspace = column::workspace(at, "?", row.try_get("workspace")?)?;
            candidates::of_row(&workspace, row)
        })
        .collect()
}
