//! How candidates stand to one another, as rows tell it.

use std::collections::{BTreeSet, HashMap};

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{PgConnection, Row};

use super::{column, find::asked_for};
use crate::{
    domain::{Moment, RejectionMemory},
    store::{
        Conflict, Error,
        kin::{DedupKey, Kin, MemoryRow},
        rows::{
            Columns,
            candidates::{id_bytes, name_in, name_of},
            kin::{conflict, memory, take_in, until},
        },
    },
};

/// The most conflicts that one candidate is shown with.
const CONFLICTS_SHOWN_MAX: i64 = 100;

/// Finds the open candidates of these dedup keys; of several under one key the latest.
pub(super) async fn open(
    connection: &mut PgConnection,
    keys: &[DedupKey],
) -> Result<HashMap<DedupKey, CandidateName>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, candidates.id FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY \
         AS wanted (workspace, proposer, dedup_key, number) JOIN candidates USING (workspace, proposer, dedup_key) ORDER BY 1, 2",
    )
    .bind(column(keys, |(workspace, _, _)| workspace.id()))
    .bind(column(keys, |(_, proposer, _)| proposer.as_str()))
    .bind(column(keys, |(_, _, dedup_key)| dedup_key.as_bytes()))
    .fetch_all(connection)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let key = asked_for(keys, row.try_get("number")?);
        found.insert(key.clone(), name_in(&key.0, row)?);
    }
    Ok(found)
}

/// Finds what these candidates would change.
pub(super) async fn subjects(
    connection: &mut PgConnection,
    names: &[CandidateName],
) -> Result<BTreeSet<(Workspace, String)>, Error> {
    if names.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = sqlx::query(
        "SELECT candidates.workspace, candidates.id, candidates.change_subject \
         FROM unnest($1::text[], $2::bytea[]) AS wanted (workspace, id) JOIN candidates USING (workspace, id) \
         WHERE candidates.change_subject IS NOT NULL",
    )
    .bind(column(names, |name| name.workspace.id()))
    .bind(column(names, id_bytes))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((name_of(row)?.workspace, row.words("change_subject")?))).collect()
}

/// Finds what these candidates would change, and everybody who would change the same.
pub(super) async fn rivals(connection: &mut PgConnection, names: &[CandidateName], kin: &mut Kin) -> Result<(), Error> {
    if names.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT DISTINCT other.workspace, other.id, other.state, other.updated_at_us, other.change_subject \
         FROM unnest($1::text[], $2::bytea[]) AS wanted (workspace, id) \
         JOIN candidates self ON self.workspace = wanted.workspace AND self.id = wanted.id \
         JOIN candidates other ON other.workspace = self.workspace AND sha256(other.change_subject) = sha256(self.change_subject) \
         AND other.change_subject = self.change_subject \
         AND (other.state <> 'EXECUTED' OR other.updated_at_us >= self.created_at_us)",
    )
    .bind(column(names, |name| name.workspace.id()))
    .bind(column(names, id_bytes))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        take_in(kin, name_of(row)?, row.words("change_subject")?, row)?;
    }
    Ok(())
}

/// Finds who would change these fields, and has not.
pub(super) async fn contested(
    connection: &mut PgConnection,
    subjects: &[(Workspace, String)],
    kin: &mut Kin,
) -> Result<(), Error> {
    if subjects.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, candidates.id, candidates.state, candidates.updated_at_us \
         FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS wanted (workspace, change_subject, number) \
         JOIN candidates ON candidates.workspace = wanted.workspace \
         AND sha256(candidates.change_subject) = sha256(wanted.change_subject) \
         AND candidates.change_subject = wanted.change_subject WHERE candidates.state <> 'EXECUTED'",
    )
    .bind(column(subjects, |(workspace, _)| workspace.id()))
    .bind(column(subjects, |(_, subject)| subject.as_bytes()))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let (workspace, subject) = asked_for(subjects, row.try_get("number")?);
        take_in(kin, name_in(workspace, row)?, subject.clone(), row)?;
    }
    Ok(())
}

/// Finds the candidates that would change what this one would change, or changed it since this one was proposed.
pub(in crate::store) async fn conflicts(
    connection: &mut PgConnection,
    name: &CandidateName,
) -> Result<Vec<Conflict>, Error> {
    let rows = sqlx::query(
        "SELECT other.id, other.state, other.change_subject FROM candidates self JOIN candidates other \
         ON other.workspace = self.workspace AND sha256(other.change_subject) = sha256(self.change_subject) \
         AND other.change_subject = self.change_subject AND other.id <> self.id \
         AND (other.state <> 'EXECUTED' OR other.updated_at_us >= self.created_at_us) \
         WHERE self.workspace = $1 AND self.id = $2 ORDER BY other.id LIMIT $3",
    )
    .bind(name.workspace.id())
    .bind(id_bytes(name))
    .bind(CONFLICTS_SHOWN_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| conflict(&name.workspace, row)).collect()
}

/// Finds until when a rejection is remembered; none when it is not, or no longer.
pub(in crate::store) async fn remembered_until(
    connection: &mut PgConnection,
    name: &CandidateName,
) -> Result<Option<Moment>, Error> {
    let until_us =
        sqlx::query_scalar("SELECT max(until_us) FROM rejection_memories WHERE workspace = $1 AND candidate_id = $2")
            .bind(name.workspace.id())
            .bind(id_bytes(name))
            .fetch_one(connection)
            .await?;
    until(name, until_us)
}

/// Finds what is remembered under these keys.
pub(super) async fn memories(
    connection: &mut PgConnection,
    keys: &BTreeSet<(Workspace, Hash)>,
) -> Result<HashMap<(Workspace, Hash), RejectionMemory>, Error> {
    let rows = sqlx::query(
        "SELECT workspace, memory_key, candidate_id, reason, until_us \
         FROM unnest($1::text[], $2::bytea[]) AS wanted (workspace, memory_key) JOIN rejection_memories USING (workspace, memory_key)",
    )
    .bind(column(keys, |(workspace, _)| workspace.id()))
    .bind(column(keys, |(_, key)| key.as_bytes().to_vec()))
    .fetch_all(connection)
    .await?;
    rows.iter().map(memory).collect()
}

/// Tells whether anything is remembered in these workspaces at all.
pub(super) async fn remembers(
    connection: &mut PgConnection,
    workspaces: &BTreeSet<Workspace>,
) -> Result<bool, sqlx::Error> {
    if workspaces.is_empty() {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM rejection_memories WHERE workspace = ANY($1))")
        .bind(column(workspaces, Workspace::id))
        .fetch_one(connection)
        .await
}

/// Writes what is to be remembered, and forgets what is past where something is.
///
/// Of several rejections under one key the last is remembered; keys are written in their order, by everybody.
pub(super) async fn remember(
    connection: &mut PgConnection,
    memories: &[MemoryRow],
    now: Moment,
) -> Result<(), sqlx::Error> {
    if memories.is_empty() {
        return Ok(());
    }
    let latest: std::collections::BTreeMap<_, &MemoryRow> =
        memories.iter().map(|row| ((row.memory.candidate.workspace.id(), *row.key.as_bytes()), row)).collect();
    let rows = || latest.values().copied();
    sqlx::query(
        "INSERT INTO rejection_memories (workspace, memory_key, candidate_id, reason, until_us) \
         SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[], $5::bigint[]) \
         ON CONFLICT (workspace, memory_key) DO UPDATE SET candidate_id = excluded.candidate_id, reason = excluded.reason, \
         until_us = excluded.until_us",
    )
    .bind(column(rows(), |row| row.memory.candidate.workspace.id()))
    .bind(column(rows(), |row| row.key.as_bytes().to_vec()))
    .bind(column(rows(), |row| id_bytes(&row.memory.candidate)))
    .bind(column(rows(), |row| row.memory.reason.as_str()))
    .bind(column(rows(), |row| row.memory.until.as_micros()))
    .execute(&mut *connection)
    .await?;
    // Rows that another process holds are past for it as well: it forgets them.
    sqlx::query(
        "DELETE FROM rejection_memories WHERE (workspace, memory_key) IN (SELECT workspace, memory_key FROM rejection_memories \
         WHERE workspace = ANY($1) AND until_us <= $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind(latest.keys().map(|(workspace, _)| *workspace).collect::<Vec<_>>())
    .bind(now.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}
