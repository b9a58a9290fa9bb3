//! What the clock has to do, and when.

use std::sync::Arc;

use sqlx::SqlitePool;

use super::workspaces;
use crate::{
    domain::{Candidate, Moment},
    store::{
        Error,
        rows::{candidates::of_row, claims},
    },
};

/// Returns the earliest deadline of any candidate; none when the clock has nothing to do.
pub(in crate::store) async fn earliest(readers: &SqlitePool) -> Result<Option<Moment>, Error> {
    let earliest = sqlx::query_scalar(
        "SELECT MIN((SELECT MIN(deadline_us) FROM candidates WHERE candidates.workspace = workspaces.workspace \
         AND deadline_us IS NOT NULL)) FROM workspaces",
    )
    .fetch_one(readers)
    .await?;
    claims::earliest("deadline_us", earliest)
}

/// Reads candidates whose deadline has come, in each workspace the longest due first, at most `limit`.
pub(in crate::store) async fn due(readers: &SqlitePool, now: Moment, limit: u32) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut due = Vec::new();
    for workspace in workspaces::all(readers).await? {
        let left = i64::from(limit) - i64::try_from(due.len()).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT id, snapshot FROM candidates WHERE workspace = ? AND deadline_us IS NOT NULL AND deadline_us <= ? \
             ORDER BY deadline_us LIMIT ?",
        )
        .bind(workspace.id())
        .bind(now.as_micros())
        .bind(left)
        .fetch_all(readers)
        .await?;
        for row in &rows {
            due.push(of_row(&workspace, row)?);
        }
    }
    Ok(due)
}
