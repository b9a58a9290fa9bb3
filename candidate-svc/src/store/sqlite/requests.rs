//! Requests that were answered, kept as long as what they are about.

use std::collections::HashMap;

use sqlx::{Row, Sqlite, SqliteConnection, query_builder::Separated};

use super::bulk;
use crate::store::{
    Error,
    request::{KeptRequest, RequestKey},
    row::RequestRow,
    rows::{column::signed, requests::kept},
};

/// Inserts requests; one that is there already breaks the key and with it the transaction (C-6).
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    requests: &[RequestRow],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "INSERT INTO requests (workspace, principal, request_id, request_hash, subject_id, revision) ";
    for chunk in bulk::chunks(requests) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, RequestRow { key, kept }: &RequestRow| {
            bind_key(values, key);
            values
                .push_bind(kept.hash.as_bytes().to_vec())
                .push_bind(kept.subject_id.as_bytes().to_vec())
                .push_bind(signed(kept.revision));
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Finds which of these requests were answered before.
pub(in crate::store) async fn find(
    connection: &mut SqliteConnection,
    keys: &[RequestKey],
) -> Result<HashMap<RequestKey, KeptRequest>, Error> {
    const HEAD: &str = "WITH wanted (number, workspace, principal, request_id) AS (";
    const TAIL: &str = ") SELECT wanted.number, requests.request_hash, requests.subject_id, requests.revision FROM wanted \
                        CROSS JOIN requests ON requests.workspace = wanted.workspace \
                        AND requests.principal = wanted.principal AND requests.request_id = wanted.request_id";
    let mut found = HashMap::new();
    for chunk in bulk::chunks(keys) {
        let numbered: Vec<(i64, &RequestKey)> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, key): &(i64, &RequestKey)| {
            values.push_bind(*number);
            bind_key(values, key);
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let key = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            let key = key.expect("invariant: the database answers with the numbers it was asked for");
            found.insert(key.clone(), kept(key, &row)?);
        }
    }
    Ok(found)
}

fn bind_key(values: &mut Separated<'_, Sqlite, &'static str>, key: &RequestKey) {
    values
        .push_bind(key.workspace.id().to_owned())
        .push_bind(key.principal.as_str().to_owned())
        .push_bind(key.id.as_str().to_owned());
}
