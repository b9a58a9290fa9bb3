use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::Error;
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
    task: &CreateTask,
    now: Timestamp,
) -> Result<NewTask, Error> {
    let task_id =
        sqlx::query_scalar("INSERT INTO tasks (subject, owner, due, created_at_us) VALUES (?, ?, ?, ?) RETURNING id")
            .bind(&task.subject)
            .bind(&task.owner)
            .bind(task.due.to_string())
            .bind(now.as_microsecond())
            .fetch_one(&mut *connection)
            .await?;
    let note_id = match &task.notes {
        None => None,
        Some(text) => Some(insert_note(connection, task_id, text, now).await?),
    };
    Ok(NewTask { task_id, note_id })
}

async fn insert_note(
    connection: &mut SqliteConnection,
    task_id: i64,
    text: &str,
    now: Timestamp,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar("INSERT INTO notes (task_id, text, created_at_us) VALUES (?, ?, ?) RETURNING id")
        .bind(task_id)
        .bind(text)
        .bind(now.as_microsecond())
        .fetch_one(connection)
        .await?;
    Ok(id)
}
