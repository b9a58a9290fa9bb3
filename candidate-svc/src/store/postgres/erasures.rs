//! Takes the contents of candidates out of every row that holds them, and remembers how far the ledger's erasures were followed.
//!
//! The server keeps old versions of rows until it vacuums, and what was freed until it is written over; WAL and backups as long as they are
//! kept. `docs/postgres-candidates.md` says what that asks of whoever runs it.

use std::collections::HashMap;

use countersign_api::name::{CandidateName, Workspace};
use sqlx::PgConnection;

use super::column;
use crate::store::{
    CorruptRow, Error, FollowedJob,
    erasure::{ErasureRow, KeptEvent},
    rows::{
        candidates::id_bytes,
        column::{self as of_column, Column, signed},
        events, triggers,
    },
};

/// Reads what happened to candidates, oldest first.
pub(super) async fn histories(
    connection: &mut PgConnection,
    names: &[CandidateName],
) -> Result<HashMap<CandidateName, Result<Vec<KeptEvent>, CorruptRow>>, Error> {
    let mut histories = HashMap::with_capacity(names.len());
    for name in names {
        let rows = sqlx::query(
            "SELECT position, content, entry_index FROM events WHERE workspace = $1 AND candidate_id = $2 \
             ORDER BY revision, ordinal",
        )
        .bind(name.workspace.id())
        .bind(id_bytes(name))
        .fetch_all(&mut *connection)
        .await?;
        let kept: Vec<_> = rows.iter().map(|row| events::kept(name, row)).collect::<Result<_, _>>()?;
        histories.insert(name.clone(), kept.into_iter().collect());
    }
    Ok(histories)
}

/// Takes out what is erased. The rows of the candidates themselves are overwritten by whoever writes those.
///
/// In one transaction with them: a crash leaves all of a candidate's contents, and the ledger's erasure to be followed again, or none.
pub(super) async fn erase(connection: &mut PgConnection, erasures: &[ErasureRow]) -> Result<(), sqlx::Error> {
    for erasure in erasures {
        let (workspace, id) = (erasure.candidate.workspace.id(), id_bytes(&erasure.candidate));
        // First: it is what lets the triggers of the tables below pass anything.
        sqlx::query(
            "UPDATE candidates SET erased_index = $1, record = '', trigger_id = NULL WHERE workspace = $2 AND id = $3",
        )
        .bind(signed(erasure.entry_index))
        .bind(workspace)
        .bind(&id)
        .execute(&mut *connection)
        .await?;
        sqlx::query(
            "UPDATE events SET content = left_over.content, erased = TRUE \
             FROM unnest($2::bigint[], $3::bytea[]) AS left_over (position, content) \
             WHERE events.workspace = $1 AND events.position = left_over.position",
        )
        .bind(workspace)
        .bind(column(&erasure.events, |(position, _)| *position))
        .bind(column(&erasure.events, |(_, content)| content.as_slice()))
        .execute(&mut *connection)
        .await?;
        // The request stays known, so that it does nothing twice; what it asked can not be guessed from it any more.
        sqlx::query(
            "UPDATE requests SET request_hash = decode(repeat('00', 32), 'hex') \
             FROM unnest($3::text[], $4::text[]) AS erased (principal, request_id) WHERE requests.workspace = $1 \
             AND requests.principal = erased.principal AND requests.request_id = erased.request_id AND requests.subject_id = $2",
        )
        .bind(workspace)
        .bind(&id)
        .bind(column(&erasure.requests, |key| key.principal.as_str()))
        .bind(column(&erasure.requests, |key| key.id.as_str()))
        .execute(&mut *connection)
        .await?;
        for statement in [
            "DELETE FROM rejection_memories WHERE workspace = $1 AND candidate_id = $2",
            "DELETE FROM likenesses WHERE workspace = $1 AND candidate_id = $2",
        ] {
            sqlx::query(statement).bind(workspace).bind(&id).execute(&mut *connection).await?;
        }
        erase_trigger(connection, erasure).await?;
    }
    Ok(())
}

/// Takes out what a trigger says, unless another candidate that is not erased came from it.
async fn erase_trigger(connection: &mut PgConnection, erasure: &ErasureRow) -> Result<(), sqlx::Error> {
    let (workspace, trigger) = (erasure.candidate.workspace.id(), &erasure.trigger);
    let id = trigger.name.id.as_bytes().to_vec();
    let erased = sqlx::query(
        "UPDATE triggers SET source_id = $1, snapshot = $2 WHERE workspace = $3 AND id = $4 AND NOT EXISTS \
         (SELECT 1 FROM candidates WHERE candidates.workspace = triggers.workspace AND candidates.trigger_id = triggers.id)",
    )
    .bind(trigger.source_id.as_bytes())
    .bind(triggers::snapshot(trigger))
    .bind(workspace)
    .bind(&id)
    .execute(&mut *connection)
    .await?;
    if erased.rows_affected() > 0 {
        sqlx::query(
            "UPDATE requests SET request_hash = decode(repeat('00', 32), 'hex') WHERE workspace = $1 AND subject_id = $2 AND revision = 0",
        )
        .bind(workspace)
        .bind(&id)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Notes how far erasures have been carried out; who is behind changes nothing.
pub(super) async fn note_followed(connection: &mut PgConnection, followed: &[FollowedJob]) -> Result<(), sqlx::Error> {
    let mut followed: Vec<&FollowedJob> = followed.iter().collect();
    followed.sort_by_key(|job| job.workspace.id());
    for FollowedJob { workspace, next_index } in followed {
        sqlx::query(
            "INSERT INTO erasures_followed (workspace, next_index) VALUES ($1, $2) ON CONFLICT (workspace) \
             DO UPDATE SET next_index = greatest(erasures_followed.next_index, excluded.next_index)",
        )
        .bind(workspace.id())
        .bind(signed(*next_index))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Reads from which ledger entry on erasures are still to be carried out.
pub(in crate::store) async fn followed(connection: &mut PgConnection, workspace: &Workspace) -> Result<u64, Error> {
    let next: Option<i64> = sqlx::query_scalar("SELECT next_index FROM erasures_followed WHERE workspace = $1")
        .bind(workspace.id())
        .fetch_optional(connection)
        .await?;
    let at = Column { table: "erasures_followed", column: "next_index" };
    Ok(next.map(|next| of_column::natural(at, workspace.id(), next)).transpose()?.unwrap_or(0))
}
