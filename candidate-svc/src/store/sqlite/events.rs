//! Events, in the order of commits; their contents stay exactly as they were encoded.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::CandidateName;
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor, query_builder::Separated, sqlite::SqliteRow};

use super::{
    bulk,
    candidates::id_bytes,
    column::{self, Column, signed},
};
use crate::{
    domain::{Candidate, Event, evolve},
    store::{CorruptRow, Error, StoredEvent, row::EventRow},
    wire,
};

const CONTENT: Column = Column { table: "events", column: "content" };

/// Appends events.
pub(super) async fn insert(connection: &mut SqliteConnection, events: &[EventRow]) -> Result<(), sqlx::Error> {
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
pub(super) async fn of_candidate(
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
pub(super) async fn rebuild(
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

fn replay(name: &CandidateName, revision: u64, contents: &[Vec<u8>]) -> Result<Candidate, CorruptRow> {
    let mut candidate = None;
    for content in contents {
        let event = decode(name, content)?;
        candidate = Some(evolve(candidate, &event));
    }
    candidate
        .filter(|candidate| candidate.revision == revision)
        .ok_or_else(|| Column { table: "events", column: "revision" }.corrupt(name, "events are missing"))
}

/// Decodes what is kept of an event.
pub(super) fn decode(name: &CandidateName, content: &[u8]) -> Result<Event, CorruptRow> {
    wire::event::decode(content).map_err(|error| CONTENT.corrupt(name, chain(&error)))
}

fn stored(name: &CandidateName, row: &SqliteRow) -> Result<StoredEvent, Error> {
    let entry_index: Option<i64> = row.try_get("entry_index")?;
    let leaf_hash: Option<&[u8]> = row.try_get("leaf_hash")?;
    let receipt = match (entry_index, leaf_hash) {
        (Some(index), Some(bytes)) => Some((
            column::natural(Column { table: "events", column: "entry_index" }, name, index)?,
            column::hash(Column { table: "events", column: "leaf_hash" }, name, bytes)?,
        )),
        _ => None,
    };
    Ok(StoredEvent { content: row.try_get("content")?, receipt })
}

/// Words an error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
