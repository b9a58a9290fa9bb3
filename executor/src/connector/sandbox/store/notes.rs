use countersign_api::name::Workspace;
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::payload::AddNote;

/// Inserts a note on a task that is there and returns its id.
pub(super) async fn insert_note_on_task(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    task_id: i64,
    text: &str,
    now: Timestamp,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO notes (workspace, id, task_id, text, created_at_us)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM notes WHERE workspace = ?1), ?2, ?3, ?4) RETURNING id",
    )
    .bind(workspace.id())
    .bind(task_id)
    .bind(text)
    .bind(now.as_microsecond())
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// Inserts a note on a record that is there and returns its id.
pub(crate) async fn insert_note_on_record(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    note: &AddNote,
    now: Timestamp,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO notes (workspace, id, object_type, record_id, text, created_at_us)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM notes WHERE workspace = ?1), ?2, ?3, ?4, ?5) RETURNING id",
    )
    .bind(workspace.id())
    .bind(&note.object_type)
    .bind(&note.record_id)
    .bind(&note.text)
    .bind(now.as_microsecond())
    .fetch_one(connection)
    .await?;
    Ok(id)
}
