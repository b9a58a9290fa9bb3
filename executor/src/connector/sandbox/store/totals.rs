use countersign_api::name::Workspace;
use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::Totals;

/// Counts the rows of each kind in one workspace, at one moment.
pub(crate) async fn count_rows(connection: &mut SqliteConnection, workspace: &Workspace) -> Result<Totals, Error> {
    let (tasks, notes, requests, drafts, records, calls): (i64, i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM tasks WHERE workspace = ?1), (SELECT count(*) FROM notes WHERE workspace = ?1),
                (SELECT count(*) FROM requests WHERE workspace = ?1), (SELECT count(*) FROM drafts WHERE workspace = ?1),
                (SELECT count(*) FROM records WHERE workspace = ?1), (SELECT count(*) FROM calls WHERE workspace = ?1)",
    )
    .bind(workspace.id())
    .fetch_one(connection)
    .await?;
    Ok(Totals {
        tasks: tasks.cast_unsigned(),
        notes: notes.cast_unsigned(),
        requests: requests.cast_unsigned(),
        drafts: drafts.cast_unsigned(),
        records: records.cast_unsigned(),
        calls: calls.cast_unsigned(),
    })
}
