use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::Totals;

/// Counts the rows of each kind, at one moment.
pub(crate) async fn count_rows(connection: &mut SqliteConnection) -> Result<Totals, Error> {
    let (tasks, notes, requests, records, calls): (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM tasks), (SELECT count(*) FROM notes), (SELECT count(*) FROM requests),
                (SELECT count(*) FROM records), (SELECT count(*) FROM calls)",
    )
    .fetch_one(connection)
    .await?;
    Ok(Totals {
        tasks: tasks.cast_unsigned(),
        notes: notes.cast_unsigned(),
        requests: requests.cast_unsigned(),
        records: records.cast_unsigned(),
        calls: calls.cast_unsigned(),
    })
}
