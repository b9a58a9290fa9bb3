use countersign_api::name::Workspace;
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::{Error, notes::insert_note_on_task};
use crate::connector::sandbox::payload::CreateTask;

/// What a new task got as ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewTask {
    pub task_id: i64,
    pub note_id: Option<i64>,
}

/// Inserts a task, and its notes as a note on it.
pub(crate) async fn insert_task(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    task: &CreateTask,
    now: Timestamp,
) -> Result<NewTask, Error> {
    let task_id = sqlx::query_scalar(
        "INSERT INTO tasks (workspace, id, subject, owner, due, created_at_us)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM tasks WHERE workspace = ?1), ?2, ?3, ?4, ?5) RETURNING id",
    )
    .bind(workspace.id())
    .bind(&task.subject)
    .bind(&task.owner)
    .bind(task.due.to_string())
    .bind(now.as_microsecond())
    .fetch_one(&mut *connection)
    .await?;
    let note_id = match &task.notes {
        None => None,
        Some(text) => Some(insert_note_on_task(connection, workspace, task_id, text, now).await?),
    };
    Ok(NewTask { task_id, note_id })
}
