//! How candidates stand to one another, as rows tell it.

use std::collections::{BTreeSet, HashMap};

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool, query_builder::Separated};

use super::bulk;
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

/// Finds the open candidates of these dedup keys.
pub(in crate::store) async fn open(
    connection: &mut SqliteConnection,
    keys: &[DedupKey],
) -> Result<HashMap<DedupKey, CandidateName>, Error> {
    const HEAD: &str = "WITH wanted (number, workspace, proposer, dedup_key) AS (";
    const TAIL: &str = ") SELECT wanted.number, candidates.id FROM wanted CROSS JOIN candidates \
                        ON candidates.workspace = wanted.workspace AND candidates.proposer = wanted.proposer \
                        AND candidates.dedup_key = wanted.dedup_key";
    let mut found = HashMap::new();
    for chunk in bulk::chunks(keys) {
        let numbered: Vec<(i64, &DedupKey)> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, key): &(i64, &DedupKey)| {
            let (workspace, proposer, dedup_key) = *key;
            values
                .push_bind(*number)
                .push_bind(workspace.id().to_owned())
                .push_bind(proposer.as_str().to_owned())
                .push_bind(dedup_key.clone());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let key =
                chunk[usize::try_from(row.try_get::<i64, _>("number")?).expect("invariant: a number we gave")].clone();
            let name = name_in(&key.0, &row)?;
            found.insert(key, name);
        }
    }
    Ok(found)
}

/// Finds what these candidates would change, and everybody who would change the same.
pub(in crate::store) async fn rivals(
    connection: &mut SqliteConnection,
    names: &[CandidateName],
    kin: &mut Kin,
) -> Result<(), Error> {
    const HEAD: &str = "WITH wanted (workspace, id) AS (";
    const TAIL: &str = ") SELECT other.workspace, other.id, other.state, other.updated_at_us, other.change_subject \
                        FROM wanted \
                        CROSS JOIN candidates self ON self.workspace = wanted.workspace AND self.id = wanted.id \
                        CROSS JOIN candidates other ON other.workspace = self.workspace \
                        AND other.change_subject = self.change_subject \
                        AND (other.state <> 'EXECUTED' OR other.updated_at_us >= self.created_at_us)";
    for chunk in bulk::chunks(names) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, name: &CandidateName| {
            values.push_bind(name.workspace.id().to_owned()).push_bind(id_bytes(name));
        };
        for row in bulk::with_values(HEAD, chunk, bind, TAIL).build().fetch_all(&mut *connection).await? {
            take_in(kin, name_of(&row)?, row.words("change_subject")?, &row)?;
        }
    }
    Ok(())
}

/// Finds the candidates that would change what this one would change, or changed it since this one was proposed.
pub(in crate::store) async fn conflicts(readers: &SqlitePool, name: &CandidateName) -> Result<Vec<Conflict>, Error> {
    let rows = sqlx::query(
        "SELECT other.id, other.state, other.change_subject FROM candidates self CROSS JOIN candidates other \
         ON other.workspace = self.workspace AND other.change_subject = self.change_subject AND other.id <> self.id \
         AND (other.state <> 'EXECUTED' OR other.updated_at_us >= self.created_at_us) WHERE self.workspace = ? AND self.id = ? ORDER BY other.id LIMIT ?",
    )
    .bind(name.workspace.id())
    .bind(id_bytes(name))
    .bind(CONFLICTS_SHOWN_MAX)
    .fetch_all(readers)
    .await?;
    rows.iter().map(|row| conflict(&name.workspace, row)).collect()
}

/// Finds until when a rejection is remembered; none when it is not, or no longer.
pub(in crate::store) async fn remembered_until(
    readers: &SqlitePool,
    name: &CandidateName,
) -> Result<Option<Moment>, Error> {
    let until_us: Option<i64> =
        sqlx::query_scalar("SELECT max(until_us) FROM rejection_memories WHERE workspace = ? AND candidate_id = ?")
            .bind(name.workspace.id())
            .bind(id_bytes(name))
            .fetch_one(readers)
            .await?;
    until(name, until_us)
}

/// Finds what is remembered under these keys.
pub(in crate::store) async fn memories(
    connection: &mut SqliteConnection,
    keys: &BTreeSet<(Workspace, Hash)>,
) -> Result<HashMap<(Workspace, Hash), RejectionMemory>, Error> {
    const HEAD: &str = "WITH wanted (workspace, memory_key) AS (";
    const TAIL: &str = ") SELECT memories.workspace, memories.memory_key, memories.candidate_id, memories.reason, \
                        memories.until_us FROM wanted CROSS JOIN rejection_memories memories \
                        ON memories.workspace = wanted.workspace AND memories.memory_key = wanted.memory_key";
    let mut found = HashMap::new();
    let keys: Vec<&(Workspace, Hash)> = keys.iter().collect();
    for chunk in bulk::chunks(&keys) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (workspace, key): &&(Workspace, Hash)| {
            values.push_bind(workspace.id().to_owned()).push_bind(key.as_bytes().to_vec());
        };
        for row in bulk::with_values(HEAD, chunk, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let (key, memory) = memory(&row)?;
            found.insert(key, memory);
        }
    }
    Ok(found)
}

/// Tells whether anything is remembered at all.
pub(in crate::store) async fn remembers(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM rejection_memories)").fetch_one(connection).await
}

/// Writes what is to be remembered, and forgets what is past.
pub(in crate::store) async fn remember(
    connection: &mut SqliteConnection,
    memories: &[MemoryRow],
    now: Moment,
) -> Result<(), sqlx::Error> {
    const HEAD: &str =
        "INSERT OR REPLACE INTO rejection_memories (workspace, memory_key, candidate_id, reason, until_us) ";
    if memories.is_empty() {
        return Ok(());
    }
    sqlx::query("DELETE FROM rejection_memories WHERE until_us <= ?")
        .bind(now.as_micros())
        .execute(&mut *connection)
        .await?;
    for chunk in bulk::chunks(memories) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, MemoryRow { key, memory }: &MemoryRow| {
            values
                .push_bind(memory.candidate.workspace.id().to_owned())
                .push_bind(key.as_bytes().to_vec())
                .push_bind(id_bytes(&memory.candidate))
                .push_bind(memory.reason.as_str())
                .push_bind(memory.until.as_micros());
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}
