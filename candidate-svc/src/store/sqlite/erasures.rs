//! Takes the contents of candidates out of every row that holds them, and remembers how far the ledger's erasures were followed.

use std::collections::HashMap;

use countersign_api::name::{CandidateName, Workspace};
use sqlx::{SqliteConnection, SqliteExecutor};

use crate::store::{
    CorruptRow, Error, FollowedJob,
    erasure::{ErasureRow, KeptEvent},
    rows::{
        candidates::id_bytes,
        column::{self, Column, signed},
        events, triggers,
    },
};

/// Reads what happened to candidates, oldest first.
pub(in crate::store) async fn histories(
    connection: &mut SqliteConnection,
    names: &[CandidateName],
) -> Result<HashMap<CandidateName, Result<Vec<KeptEvent>, CorruptRow>>, Error> {
    let mut histories = HashMap::with_capacity(names.len());
    for name in names {
        let rows = sqlx::query(
            "SELECT position, content, entry_index FROM events WHERE workspace = ? AND candidate_id = ? \
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
pub(in crate::store) async fn erase(
    connection: &mut SqliteConnection,
    erasures: &[ErasureRow],
) -> Result<(), sqlx::Error> {
    for erasure in erasures {
        let (workspace, id) = (erasure.candidate.workspace.id(), id_bytes(&erasure.candidate));
        // First: it is what lets the triggers of the tables below pass anything.
        sqlx::query(
            "UPDATE candidates SET erased_index = ?, record = '', trigger_id = NULL WHERE workspace = ? AND id = ?",
        )
        .bind(signed(erasure.entry_index))
        .bind(workspace)
        .bind(&id)
        .execute(&mut *connection)
        .await?;
        for (position, content) in &erasure.events {
            sqlx::query("UPDATE events SET content = ?, erased = 1 WHERE position = ?")
                .bind(content)
                .bind(position)
                .execute(&mut *connection)
                .await?;
        }
        // The request stays known, so that it does nothing twice; what it asked can not be guessed from it any more.
        for key in &erasure.requests {
            sqlx::query(
                "UPDATE requests SET request_hash = zeroblob(32) \
                 WHERE workspace = ? AND principal = ? AND request_id = ? AND subject_id = ?",
            )
            .bind(workspace)
            .bind(key.principal.as_str())
            .bind(key.id.as_str())
            .bind(&id)
            .execute(&mut *connection)
            .await?;
        }
        for statement in [
            "DELETE FROM rejection_memories WHERE workspace = ? AND candidate_id = ?",
            "DELETE FROM likenesses WHERE workspace = ? AND candidate_id = ?",
        ] {
            sqlx::query(statement).bind(workspace).bind(&id).execute(&mut *connection).await?;
        }
        erase_trigger(connection, erasure).await?;
    }
    Ok(())
}

/// Takes out what a trigger says, unless another candidate that is not erased came from it.
async fn erase_trigger(connection: &mut SqliteConnection, erasure: &ErasureRow) -> Result<(), sqlx::Error> {
    let (workspace, trigger) = (erasure.candidate.workspace.id(), &erasure.trigger);
    let id = trigger.name.id.as_bytes().to_vec();
    let erased = sqlx::query(
        "UPDATE triggers SET source_id = ?, snapshot = ? WHERE workspace = ? AND id = ? AND NOT EXISTS \
         (SELECT 1 FROM candidates WHERE candidates.workspace = triggers.workspace AND candidates.trigger_id = triggers.id)",
    )
    .bind(&trigger.source_id)
    .bind(triggers::snapshot(trigger))
    .bind(workspace)
    .bind(&id)
    .execute(&mut *connection)
    .await?;
    if erased.rows_affected() > 0 {
        sqlx::query(
            "UPDATE requests SET request_hash = zeroblob(32) WHERE workspace = ? AND subject_id = ? AND revision = 0",
        )
        .bind(workspace)
        .bind(&id)
        .execute(connection)
        .await?;
    }
    Ok(())
}

/// Notes how far erasures have been carried out.
pub(in crate::store) async fn note_followed(
    connection: &mut SqliteConnection,
    followed: &[FollowedJob],
) -> Result<(), sqlx::Error> {
    for FollowedJob { workspace, next_index } in followed {
        sqlx::query(
            "INSERT INTO erasures_followed (workspace, next_index) VALUES (?1, ?2) \
             ON CONFLICT (workspace) DO UPDATE SET next_index = max(next_index, ?2)",
        )
        .bind(workspace.id())
        .bind(signed(*next_index))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Reads from which ledger entry on erasures are still to be carried out.
pub(in crate::store) async fn followed(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
) -> Result<u64, Error> {
    let next: Option<i64> = sqlx::query_scalar("SELECT next_index FROM erasures_followed WHERE workspace = ?")
        .bind(workspace.id())
        .fetch_optional(connection)
        .await?;
    let at = Column { table: "erasures_followed", column: "next_index" };
    Ok(next.map(|next| column::natural(at, workspace.id(), next)).transpose()?.unwrap_or(0))
}
