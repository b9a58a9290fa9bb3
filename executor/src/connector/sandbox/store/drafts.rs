use countersign_api::name::Workspace;
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::payload::DraftReply;

/// Inserts a draft and returns its id.
pub(crate) async fn insert_draft(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    draft: &DraftReply,
    now: Timestamp,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar(
        "INSERT INTO drafts (workspace, id, recipient, subject, body, created_at_us)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM drafts WHERE workspace = ?1), ?2, ?3, ?4, ?5) RETURNING id",
    )
    .bind(workspace.id())
    .bind(&draft.to)
    .bind(&draft.subject)
    .bind(&draft.body)
    .bind(now.as_microsecond())
    .fetch_one(connection)
    .await?;
    Ok(id)
}
