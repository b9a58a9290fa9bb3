//! How much there is, counted at the start and after news were lost.

use sqlx::PgConnection;

use crate::{
    domain::StateName,
    store::{Error, rows::column::Column},
};

/// Counts candidates by state.
pub(in crate::store) async fn states(connection: &mut PgConnection) -> Result<Vec<(StateName, i64)>, Error> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT state, count(*) FROM candidates GROUP BY state").fetch_all(connection).await?;
    let at = Column { table: "candidates", column: "state" };
    rows.into_iter().map(|(state, count)| Ok((state.parse().map_err(|error| at.corrupt("?", error))?, count))).collect()
}

/// Counts events that wait for their receipt.
pub(in crate::store) async fn outbox_events(connection: &mut PgConnection) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM events WHERE entry_index IS NULL").fetch_one(connection).await?)
}
