use countersign_api::name::Workspace;
use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::payload::RequestInformation;

/// Inserts an information request and returns its id.
pub(crate) async fn insert_request(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    request: &RequestInformation,
    now: Timestamp,
) -> Result<i64, Error> {
    let fields = serde_json::to_string(&request.fields).expect("invariant: texts always serialize");
    let id = sqlx::query_scalar(
        "INSERT INTO requests (workspace, id, subject, question, recipient, fields, due, created_at_us)
         VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM requests WHERE workspace = ?1), ?2, ?3, ?4, ?5, ?6, ?7)
         RETURNING id",
    )
    .bind(workspace.id())
    .bind(&request.subject)
    .bind(&request.question)
    .bind(&request.recipient)
    .bind(fields)
    .bind(request.due.map(|due| due.to_string()))
    .bind(now.as_microsecond())
    .fetch_one(connection)
    .await?;
    Ok(id)
}
