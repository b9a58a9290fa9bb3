//! Requests that were answered, kept as long as what they are about.

use std::collections::HashMap;

use sqlx::{PgConnection, Row};

use super::column;
use crate::store::{
    Error,
    request::{KeptRequest, RequestKey},
    row::RequestRow,
    rows::{column::signed, requests::kept},
};

/// Inserts requests; one that is there already breaks the key and with it the transaction (C-6).
///
/// In the order of their keys: two processes that are sent the same requests wait for each other in one direction only.
pub(super) async fn insert(connection: &mut PgConnection, requests: &[RequestRow]) -> Result<(), sqlx::Error> {
    if requests.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<&RequestRow> = requests.iter().collect();
    rows.sort_by_key(|row| (row.key.workspace.id(), row.key.principal.as_str(), row.key.id.as_str()));
    let rows = || rows.iter().copied();
    sqlx::query(
        "INSERT INTO requests (workspace, principal, request_id, request_hash, subject_id, revision) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bigint[])",
    )
    .bind(column(rows(), |row| row.key.workspace.id()))
    .bind(column(rows(), |row| row.key.principal.as_str()))
    .bind(column(rows(), |row| row.key.id.as_str()))
    .bind(column(rows(), |row| row.kept.hash.as_bytes().to_vec()))
    .bind(column(rows(), |row| row.kept.subject_id.as_bytes().to_vec()))
    .bind(column(rows(), |row| signed(row.kept.revision)))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds which of these requests were answered before.
pub(super) async fn find(
    connection: &mut PgConnection,
    keys: &[RequestKey],
) -> Result<HashMap<RequestKey, KeptRequest>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, requests.request_hash, requests.subject_id, requests.revision \
         FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS wanted (workspace, principal, request_id, number) \
         JOIN requests USING (workspace, principal, request_id)",
    )
    .bind(column(keys, |key| key.workspace.id()))
    .bind(column(keys, |key| key.principal.as_str()))
    .bind(column(keys, |key| key.id.as_str()))
    .fetch_all(connection)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let key = super::find::asked_for(keys, row.try_get("number")?);
        found.insert(key.clone(), kept(key, row)?);
    }
    Ok(found)
}
