use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::Error;
use crate::connector::sandbox::payload::RequestInformation;

/// Inserts an information request and returns its id.
pub(crate) async fn insert_request(
    connection: &mut SqliteConnection,
    request: &RequestInformation,
    now: Timestamp,
) -> Result<i64, Error> {
    let fields = serde_json::to_string(&request.fields).expect("invariant: texts always serialize");
    let id = sqlx::query_scalar(
        "INSERT INTO requests (subject, question, recipient, fields, due, created_at_us)
         VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    )
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
