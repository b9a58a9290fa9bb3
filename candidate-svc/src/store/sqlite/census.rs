//! How much there is, counted once at start.

use sqlx::SqlitePool;

use crate::{
    domain::StateName,
    store::{Error, rows::column::Column},
};

/// Counts candidates by state.
pub(in crate::store) async fn states(readers: &SqlitePool) -> Result<Vec<(StateName, i64)>, Error> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, COUNT(*) FROM candidates GROUP BY state").fetch_all(readers).await?;
    let at = Column { table: "candidates", column: "state" };
    rows.into_iter().map(|(state, count)| Ok((state.parse().map_err(|error| at.corrupt("?", error))?, count))).collect()
}

/// Counts events that wait for their receipt.
pub(in crate::store) async fn outbox_events(readers: &SqlitePool) -> Result<i64, Error> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM events WHERE entry_index IS NULL").fetch_one(readers).await?;
    Ok(count)
}
