use std::collections::{BTreeMap, HashMap};

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::Error;
use crate::connector::Done;

/// SQLite takes 32,766 bound values a statement; five a row stay well below.
const ROWS_PER_STATEMENT: usize = 1_000;

/// What a call is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CallKey {
    pub workspace: Workspace,
    pub idempotency_key: String,
}

/// A call that took effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptCall {
    pub operation: String,
    pub payload_digest: [u8; 32],
    pub done: Done,
}

/// Loads those of the calls that took effect before.
pub(crate) async fn load_calls(
    connection: &mut SqliteConnection,
    keys: impl IntoIterator<Item = &CallKey>,
) -> Result<HashMap<CallKey, KeptCall>, Error> {
    let mut by_workspace: BTreeMap<&Workspace, Vec<&str>> = BTreeMap::new();
    for key in keys {
        by_workspace.entry(&key.workspace).or_default().push(&key.idempotency_key);
    }
    let mut kept = HashMap::new();
    for (workspace, keys) in by_workspace {
        for keys in keys.chunks(ROWS_PER_STATEMENT) {
            load_chunk(&mut *connection, workspace, keys, &mut kept).await?;
        }
    }
    Ok(kept)
}

/// Calls without a workspace were kept before keys had one, and are known in all of them.
async fn load_chunk(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    keys: &[&str],
    kept: &mut HashMap<CallKey, KeptCall>,
) -> Result<(), Error> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT idempotency_key, operation, payload_digest, result FROM calls WHERE workspace IN (",
    );
    query.push_bind(workspace.id()).push(", '') AND idempotency_key IN (");
    let mut list = query.separated(", ");
    for key in keys {
        list.push_bind(*key);
    }
    query.push(")");
    let rows: Vec<(String, String, Vec<u8>, String)> =
        query.build_query_as().persistent(false).fetch_all(connection).await?;
    for (idempotency_key, operation, digest, result) in rows {
        let row = || format!("{}/{idempotency_key}", workspace.id());
        let corrupt = |column| Error::CorruptRow { table: "calls", column, row: row() };
        let payload_digest = digest.try_into().map_err(|_| corrupt("payload_digest"))?;
        let done = serde_json::from_str(&result).map_err(|_| corrupt("result"))?;
        let key = CallKey { workspace: workspace.clone(), idempotency_key };
        kept.insert(key, KeptCall { operation, payload_digest, done });
    }
    Ok(())
}

/// Keeps calls that took effect in this very transaction.
pub(crate) async fn keep_calls(connection: &mut SqliteConnection, calls: &[(CallKey, KeptCall)]) -> Result<(), Error> {
    for calls in calls.chunks(ROWS_PER_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO calls (workspace, idempotency_key, operation, payload_digest, result) ",
        );
        query.push_values(calls, |mut row, (key, call)| {
            let result = serde_json::to_string(&call.done).expect("invariant: texts and a time always serialize");
            row.push_bind(key.workspace.id()).push_bind(&key.idempotency_key);
            row.push_bind(&call.operation).push_bind(call.payload_digest.as_slice()).push_bind(result);
        });
        query.build().persistent(false).execute(&mut *connection).await?;
    }
    Ok(())
}
