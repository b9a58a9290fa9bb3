//! Candidates as they stand, one row each.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::CandidateName;
use service_kit::access::PrincipalId;
use sqlx::{Sqlite, SqliteConnection, SqliteExecutor, SqlitePool, query_builder::Separated};

use super::bulk;
use crate::{
    domain::Candidate,
    listing::order::due_us,
    store::{
        CorruptRow, Error,
        row::CandidateRow,
        rows::{
            candidates::{Searched, confidence_word, id_bytes, name_of, proposer_of, record_text, snapshot_of},
            column::signed,
        },
    },
};

/// Inserts candidates that are new.
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    candidates: &[CandidateRow],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "INSERT INTO candidates (workspace, id, revision, state, owner, turn, risk_rank, updated_at_us, \
                        expires_at_us, deadline_us, approving_revision, approving_ordinal, claimable_from_us, executor, \
                        dedup_key, change_subject, snapshot, action_type, confidence, proposer, record, created_at_us, \
                        due_at_us, trigger_id) ";
    for chunk in bulk::chunks(candidates) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, row: &CandidateRow| {
            let candidate = &row.candidate;
            values.push_bind(candidate.name.workspace.id().to_owned()).push_bind(id_bytes(&candidate.name));
            bind_changing(values, row);
            values
                .push_bind(candidate.proposal.action_type.as_str().to_owned())
                .push_bind(confidence_word(candidate.proposal.confidence.level))
                .push_bind(candidate.proposer.as_str().to_owned())
                .push_bind(record_text(candidate.proposal.record.as_ref()))
                .push_bind(candidate.created_at.as_micros())
                .push_bind(due_us(candidate))
                .push_bind(candidate.proposal.trigger.name.id.as_bytes().to_vec());
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Overwrites candidates that changed, each only while its row has the revision that the change was decided on.
///
/// # Panics
/// When a row has another one: then somebody else writes to this database.
pub(in crate::store) async fn update(
    connection: &mut SqliteConnection,
    candidates: &[(u64, CandidateRow)],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "WITH new (workspace, id, before, keeps_changed_field, revision, state, owner, turn, risk_rank, updated_at_us, \
                        expires_at_us, deadline_us, approving_revision, approving_ordinal, claimable_from_us, executor, \
                        dedup_key, change_subject, snapshot) AS (";
    const TAIL: &str = ") UPDATE candidates SET revision = new.revision, state = new.state, owner = new.owner, \
                        turn = new.turn, risk_rank = new.risk_rank, updated_at_us = new.updated_at_us, \
                        expires_at_us = new.expires_at_us, deadline_us = new.deadline_us, \
                        approving_revision = new.approving_revision, approving_ordinal = new.approving_ordinal, \
                        claimable_from_us = new.claimable_from_us, executor = new.executor, \
                        dedup_key = new.dedup_key, snapshot = new.snapshot, change_subject = \
                        CASE WHEN new.keeps_changed_field THEN candidates.change_subject ELSE new.change_subject END \
                        FROM new WHERE candidates.workspace = new.workspace AND candidates.id = new.id \
                        AND candidates.revision = new.before";
    for chunk in bulk::chunks(candidates) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (before, row): &(u64, CandidateRow)| {
            let candidate = &row.candidate;
            values
                .push_bind(candidate.name.workspace.id().to_owned())
                .push_bind(id_bytes(&candidate.name))
                .push_bind(signed(*before))
                .push_bind(row.keeps_changed_field());
            bind_changing(values, row);
        };
        let result = bulk::with_values(HEAD, chunk, bind, TAIL).build().execute(&mut *connection).await?;
        let expected = u64::try_from(chunk.len()).expect("invariant: a chunk is small");
        assert_eq!(result.rows_affected(), expected, "C-3: a candidate's row was changed by somebody else");
    }
    Ok(())
}

/// Reads candidates by name; who is not there is left out.
pub(in crate::store) async fn find(
    connection: &mut SqliteConnection,
    names: &[CandidateName],
) -> Result<HashMap<CandidateName, Result<Arc<Candidate>, CorruptRow>>, Error> {
    const HEAD: &str = "WITH wanted (workspace, id) AS (";
    const TAIL: &str = ") SELECT candidates.workspace, candidates.id, candidates.snapshot FROM wanted \
                        CROSS JOIN candidates ON candidates.workspace = wanted.workspace AND candidates.id = wanted.id";
    let mut found = HashMap::with_capacity(names.len());
    for chunk in bulk::chunks(names) {
        for row in bulk::with_values(HEAD, chunk, bind_name, TAIL).build().fetch_all(&mut *connection).await? {
            let name = name_of(&row)?;
            let candidate = snapshot_of(&name, &row)?;
            found.insert(name, candidate);
        }
    }
    Ok(found)
}

/// Reads one candidate.
pub(in crate::store) async fn get(
    connection: impl SqliteExecutor<'_>,
    name: &CandidateName,
) -> Result<Option<Arc<Candidate>>, Error> {
    let row = sqlx::query("SELECT snapshot FROM candidates WHERE workspace = ? AND id = ?")
        .bind(name.workspace.id())
        .bind(id_bytes(name))
        .fetch_optional(connection)
        .await?;
    let candidate = row.map(|row| snapshot_of(name, &row)).transpose()?;
    Ok(candidate.transpose()?)
}

/// Reads who proposed each of these candidates; who is not there is left out.
pub(in crate::store) async fn proposers(
    readers: &SqlitePool,
    names: &[CandidateName],
) -> Result<HashMap<CandidateName, PrincipalId>, Error> {
    const HEAD: &str = "WITH wanted (workspace, id) AS (";
    const TAIL: &str = ") SELECT candidates.workspace, candidates.id, candidates.proposer FROM wanted \
                        CROSS JOIN candidates ON candidates.workspace = wanted.workspace AND candidates.id = wanted.id";
    let mut found = HashMap::with_capacity(names.len());
    for chunk in bulk::chunks(names) {
        for row in bulk::with_values(HEAD, chunk, bind_name, TAIL).build().fetch_all(readers).await? {
            let name = name_of(&row)?;
            let proposer = proposer_of(&name, &row)?;
            found.insert(name, proposer);
        }
    }
    Ok(found)
}

fn bind_name(values: &mut Separated<'_, Sqlite, &'static str>, name: &CandidateName) {
    values.push_bind(name.workspace.id().to_owned()).push_bind(id_bytes(name));
}

fn bind_changing(values: &mut Separated<'_, Sqlite, &'static str>, row: &CandidateRow) {
    let searched = Searched::of(row);
    values
        .push_bind(searched.revision)
        .push_bind(searched.state)
        .push_bind(searched.owner)
        .push_bind(searched.turn)
        .push_bind(searched.risk_rank)
        .push_bind(searched.updated_at_us)
        .push_bind(searched.expires_at_us)
        .push_bind(searched.deadline_us)
        .push_bind(searched.approving_revision)
        .push_bind(searched.approving_ordinal)
        .push_bind(searched.claimable_from_us)
        .push_bind(searched.executor)
        .push_bind(searched.dedup_key)
        .push_bind(row.changed_field().map(str::to_owned))
        .push_bind(searched.snapshot);
}
