//! Events, in the order of commits; their contents stay exactly as they were encoded.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::CandidateName;
use sqlx::{Sqlite, SqliteConnection, SqliteExecutor, query_builder::Separated};

use super::bulk;
use crate::{
    domain::Candidate,
    store::{
        CorruptRow, Error, StoredEvent,
        row::EventRow,
        rows::{
            candidates::id_bytes,
            column::signed,
            events::{replay, stored},
        },
    },
};

/// Appends events.
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    events: &[EventRow],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "INSERT INTO events (workspace, candidate_id, revision, ordinal, kind, principal_kind, \
                        principal_reference, payload_digest, traceparent, content, erased) ";
    for chunk in bulk::chunks(events) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, event: &EventRow| {
            values
                .push_bind(event.subject.workspace().id().to_owned())
                .push_bind(event.subject.id().as_bytes().to_vec())
                .push_bind(signed(event.revision))
                .push_bind(i64::from(event.ordinal))
                .push_bind(event.kind)
                .push_bind(event.principal_kind.as_str())
                .push_bind(event.principal_reference.clone())
                .push_bind(event.payload_digest.map(|digest| digest.as_bytes().to_vec()))
                .push_bind(event.traceparent.clone())
                .push_bind(event.content.clone())
                .push_bind(event.erased);
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads a candidate's events with their receipts, oldest first.
pub(in crate::store) async fn of_candidate(
    connection: impl SqliteExecutor<'_>,
    name: &CandidateName,
) -> Result<Vec<StoredEvent>, Error> {
    let rows = sqlx::query(
        "SELECT content, entry_index, leaf_hash FROM events WHERE workspace = ? AND candidate_id = ? \
         ORDER BY revision, ordinal",
    )
    .bind(name.workspace.id())
    .bind(id_bytes(name))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| stored(name, row)).collect()
}

/// Rebuilds candidates as they were at a revision, each from its events.
pub(in crate::store) async fn rebuild(
    connection: &mut SqliteConnection,
    wanted: Vec<(CandidateName, u64)>,
) -> Result<HashMap<(CandidateName, u64), Result<Arc<Candidate>, CorruptRow>>, Error> {
    let mut rebuilt = HashMap::with_capacity(wanted.len());
    for (name, revision) in wanted {
        let contents: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT content FROM events WHERE workspace = ? AND candidate_id = ? AND revision <= ? ORDER BY revision, ordinal",
        )
        .bind(name.workspace.id())
        .bind(id_bytes(&name))
        .bind(signed(revision))
        .fetch_all(&mut *connection)
        .await?;
        let candidate = replay(&name, revision, &contents).map(Arc::new);
        rebuilt.insert((name, revision), candidate);
    }
    Ok(rebuilt)
}
