use std::collections::HashMap;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Error;
use crate::connector::Done;

/// SQLite takes 32,766 bound values a statement; four a row stay well below.
const ROWS_PER_STATEMENT: usize = 1_000;

/// A call that took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptCall {
    pub operation: String,
    pub payload_digest: [u8; 32],
    pub done: Done,
}

/// Loads those of the calls that took effect before, by idempotency key.
pub(crate) async fn load_calls(
    connection: &mut SqliteConnection,
    keys: &[&str],
) -> Result<HashMap<String, KeptCall>, Error> {
    let mut kept = HashMap::new();
    for keys in keys.chunks(ROWS_PER_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT idempotency_key, operation, payload_digest, result FROM calls WHERE idempotency_key IN (",
        );
        let mut list = query.separated(", ");
        for key in keys {
            list.push_bind(*key);
        }
        query.push(")");
        let rows: Vec<(String, String, Vec<u8>, String)> =
            query.build_query_as().persistent(false).fetch_all(&mut *connection).await?;
        for (key, operation, digest, result) in rows {
            let corrupt = |column| Error::CorruptRow { table: "calls", column, row: key.clone() };
            let payload_digest = digest.try_into().map_err(|_| corrupt("payload_digest"))?;
            let done = serde_json::from_str(&result).map_err(|_| corrupt("result"))?;
            kept.insert(key, KeptCall { operation, payload_digest, done });
        }
    }
    Ok(kept)
}

/// Keeps calls that took effect in this very transaction.
pub(crate) async fn keep_calls(connection: &mut SqliteConnection, calls: &[(String, KeptCall)]) -> Result<(), Error> {
    for calls in calls.chunks(ROWS_PER_STATEMENT) {
        let mut query =
            QueryBuilder::<Sqlite>::new("INSERT INTO calls (idempotency_key, operation, payload_digest, result) ");
        query.push_values(calls, |mut row, (key, call)| {
            let result = serde_json::to_string(&call.done).expect("invariant: texts and a time always serialize");
            row.push_bind(key).push_bind(&call.operation).push_bind(call.payload_digest.as_slice()).push_bind(result);
        });
        query.build().persistent(false).execute(&mut *connection).await?;
    }
    Ok(())
}
