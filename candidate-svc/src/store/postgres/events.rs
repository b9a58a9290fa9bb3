//! Events; their contents stay exactly as they were encoded.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::CandidateName;
use sqlx::PgConnection;

use super::column;
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

/// Appends events, in their order.
pub(super) async fn insert(connection: &mut PgConnection, events: &[EventRow]) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    // The order is said: positions are given out as rows come.
    sqlx::query(
        "INSERT INTO events (workspace, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest, \
         traceparent, content, erased) \
         SELECT workspace, candidate_id, revision, ordinal, kind, principal_kind, principal_reference, payload_digest, traceparent, content, \
         erased FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::text[], \
         $10::bytea[], $11::boolean[]) WITH ORDINALITY AS new (workspace, candidate_id, revision, ordinal, kind, principal_kind, \
         principal_reference, payload_digest, traceparent, content, erased, place) ORDER BY place",
    )
    .bind(column(events, |event| event.subject.workspace().id()))
    .bind(column(events, |event| event.subject.id().as_bytes().to_vec()))
    .bind(column(events, |event| signed(event.revision)))
    .bind(column(events, |event| i64::from(event.ordinal)))
    .bind(column(events, |event| event.kind))
    .bind(column(events, |event| event.principal_kind.as_str()))
    .bind(column(events, |event| event.principal_reference.as_str()))
    .bind(column(events, |event| event.payload_digest.map(|digest| digest.as_bytes().to_vec())))
    .bind(column(events, |event| event.traceparent.as_str()))
    .bind(column(events, |event| event.content.as_slice()))
    .bind(column(events, |event| event.erased))
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads a candidate's events with their receipts, oldest first.
pub(in crate::store) async fn of_candidate(
    connection: &mut PgConnection,
    name: &CandidateName,
) -> Result<Vec<StoredEvent>, Error> {
    let rows = sqlx::query(
        "SELECT content, entry_index, leaf_hash FROM events WHERE workspace = $1 AND candidate_id = $2 ORDER BY revision, ordinal",
    )
    .bind(name.workspace.id())
    .bind(id_bytes(name))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| stored(name, row)).collect()
}

/// Rebuilds candidates as they were at a revision, each from its events.
pub(super) async fn rebuild(
    connection: &mut PgConnection,
    wanted: Vec<(CandidateName, u64)>,
) -> Result<HashMap<(CandidateName, u64), Result<Arc<Candidate>, CorruptRow>>, Error> {
    let mut rebuilt = HashMap::with_capacity(wanted.len());
    for (name, revision) in wanted {
        let contents: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT content FROM events WHERE workspace = $1 AND candidate_id = $2 AND revision <= $3 ORDER BY revision, ordinal",
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
