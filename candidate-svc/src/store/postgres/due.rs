//! What the clock has to do, and when.

use std::sync::Arc;

use sqlx::PgConnection;

use super::workspaces;
use crate::{
    domain::{Candidate, Moment},
    store::{
        Error,
        rows::{candidates::of_row, claims},
    },
};

/// Returns the earliest deadline of any candidate; none when the clock has nothing to do.
pub(in crate::store) async fn earliest(connection: &mut PgConnection) -> Result<Option<Moment>, Error> {
    let earliest = sqlx::query_scalar(
        "SELECT min(first.deadline_us) FROM workspaces CROSS JOIN LATERAL (SELECT deadline_us FROM candidates \
         WHERE candidates.workspace = workspaces.workspace AND deadline_us IS NOT NULL ORDER BY deadline_us LIMIT 1) AS first",
    )
    .fetch_one(connection)
    .await?;
    claims::earliest("deadline_us", earliest)
}

/// Reads candidates whose deadline has come, in each workspace the longest due first, at most `limit`.
///
/// Several processes may read the same: whoever decides second finds that nothing is due any more.
pub(in crate::store) async fn due(
    connection: &mut PgConnection,
    now: Moment,
    limit: u32,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut due = Vec::new();
    for workspace in workspaces::all(connection).await? {
        let left = i64::from(limit) - i64::try_from(due.len()).unwrap_or(i64::MAX);
        let rows = sqlx::query(
            "SELECT id, snapshot FROM candidates WHERE workspace = $1 AND deadline_us IS NOT NULL AND deadline_us <= $2 \
             ORDER BY deadline_us LIMIT $3",
        )
        .bind(workspace.id())
        .bind(now.as_micros())
        .bind(left)
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            due.push(of_row(&workspace, row)?);
        }
    }
    Ok(due)
}
