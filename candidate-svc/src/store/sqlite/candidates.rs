//! Candidates as they stand, one row each.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor, SqlitePool, query_builder::Separated, sqlite::SqliteRow};

use super::{
    bulk,
    column::{self, Column, signed},
};
use crate::{
    domain::{Candidate, ConfidenceLevel, Executing, Moment, RecordReference, State},
    listing::order::{due_us, rank_of},
    store::{CorruptRow, Error, row::CandidateRow},
};

const SNAPSHOT: Column = Column { table: "candidates", column: "snapshot" };
const ID: Column = Column { table: "candidates", column: "id" };

/// Inserts candidates that are new.
pub(super) async fn insert(connection: &mut SqliteConnection, candidates: &[CandidateRow]) -> Result<(), sqlx::Error> {
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
pub(super) async fn update(
    connection: &mut SqliteConnection,
    candidates: &[(u64, CandidateRow)],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "WITH new (workspace, id, before, revision, state, owner, turn, risk_rank, updated_at_us, \
                        expires_at_us, deadline_us, approving_revision, approving_ordinal, claimable_from_us, executor, \
                        dedup_key, change_subject, snapshot) AS (";
    const TAIL: &str = ") UPDATE candidates SET revision = new.revision, state = new.state, owner = new.owner, \
                        turn = new.turn, risk_rank = new.risk_rank, updated_at_us = new.updated_at_us, \
                        expires_at_us = new.expires_at_us, deadline_us = new.deadline_us, \
                        approving_revision = new.approving_revision, approving_ordinal = new.approving_ordinal, \
                        claimable_from_us = new.claimable_from_us, executor = new.executor, \
                        dedup_key = new.dedup_key, change_subject = new.change_subject, snapshot = new.snapshot \
                        FROM new WHERE candidates.workspace = new.workspace AND candidates.id = new.id \
                        AND candidates.revision = new.before";
    for chunk in bulk::chunks(candidates) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (before, row): &(u64, CandidateRow)| {
            let candidate = &row.candidate;
            values
                .push_bind(candidate.name.workspace.id().to_owned())
                .push_bind(id_bytes(&candidate.name))
                .push_bind(signed(*before));
            bind_changing(values, row);
        };
        let result = bulk::with_values(HEAD, chunk, bind, TAIL).build().execute(&mut *connection).await?;
        let expected = u64::try_from(chunk.len()).expect("invariant: a chunk is small");
        assert_eq!(result.rows_affected(), expected, "C-3: a candidate's row was changed by somebody else");
    }
    Ok(())
}

/// Reads candidates by name; who is not there is left out.
pub(super) async fn find(
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
pub(super) async fn get(
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
pub(super) async fn proposers(
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
            let proposer: &str = row.try_get("proposer")?;
            let at = Column { table: "candidates", column: "proposer" };
            let proposer = proposer.parse().map_err(|error| at.corrupt(&name, error))?;
            found.insert(name, proposer);
        }
    }
    Ok(found)
}

/// Reads the candidate of a row that has `id` and `snapshot`.
pub(super) fn of_row(workspace: &Workspace, row: &SqliteRow) -> Result<Arc<Candidate>, Error> {
    let id = column::uuid(ID, "?", row.try_get("id")?)?;
    let name = CandidateName::new(workspace.clone(), id);
    Ok(snapshot_of(&name, row)??)
}

/// Returns an id as its column has it.
pub(super) fn id_bytes(name: &CandidateName) -> Vec<u8> {
    name.id.as_bytes().to_vec()
}

/// Returns a record as lists search for it.
fn record_text(record: Option<&RecordReference>) -> String {
    record.map(|record| format!("{}/{}/{}", record.system, record.object_type, record.id)).unwrap_or_default()
}

fn bind_name(values: &mut Separated<'_, Sqlite, &'static str>, name: &CandidateName) {
    values.push_bind(name.workspace.id().to_owned()).push_bind(id_bytes(name));
}

fn bind_changing(values: &mut Separated<'_, Sqlite, &'static str>, row: &CandidateRow) {
    let candidate = &row.candidate;
    let dedup_key = Some(candidate.proposal.dedup_key.clone());
    let dedup_key = dedup_key.filter(|key| !key.is_empty() && candidate.state.name().is_open());
    let approving = match &candidate.state {
        State::Approved(approved) => Some(approved),
        _ => None,
    };
    let executor = match &candidate.state {
        State::Executing(Executing { claim, .. }) => Some(claim.executor.as_str().to_owned()),
        _ => None,
    };
    values
        .push_bind(signed(candidate.revision))
        .push_bind(candidate.state.name().as_str())
        .push_bind(candidate.owner.as_ref().map(ToString::to_string).unwrap_or_default())
        .push_bind(candidate.turn().to_string())
        .push_bind(i64::from(rank_of(candidate.risk.tier)))
        .push_bind(candidate.updated_at.as_micros())
        .push_bind(candidate.expires_at.as_micros())
        .push_bind(candidate.next_deadline().map(Moment::as_micros))
        .push_bind(approving.map(|approved| signed(approved.revision)))
        .push_bind(approving.map(|approved| i64::from(approved.ordinal)))
        // An erased one has nothing that could run.
        .push_bind(
            approving
                .filter(|_| candidate.erased.is_none())
                .map(|approved| approved.retry_not_before.unwrap_or(approved.approved_at).as_micros()),
        )
        .push_bind(executor)
        .push_bind(dedup_key)
        .push_bind(row.change_subject.clone())
        .push_bind(serde_json::to_string(&**candidate).expect("invariant: a candidate has a JSON form"));
}

fn name_of(row: &SqliteRow) -> Result<CandidateName, Error> {
    let id = column::uuid(ID, "?", row.try_get("id")?)?;
    let workspace =
        column::workspace(Column { table: "candidates", column: "workspace" }, id, row.try_get("workspace")?)?;
    Ok(CandidateName::new(workspace, id))
}

fn snapshot_of(name: &CandidateName, row: &SqliteRow) -> Result<Result<Arc<Candidate>, CorruptRow>, sqlx::Error> {
    let snapshot: &str = row.try_get("snapshot")?;
    let candidate =
        serde_json::from_str::<Candidate>(snapshot).map_err(|error| SNAPSHOT.corrupt(name, said_of(&error)));
    Ok(candidate.and_then(|candidate| {
        if candidate.name == *name { Ok(Arc::new(candidate)) } else { Err(SNAPSHOT.corrupt(name, "it is another's")) }
    }))
}

/// Says where a JSON text breaks, without its values.
pub(super) fn said_of(error: &serde_json::Error) -> String {
    format!("it is not of its form at line {} column {}", error.line(), error.column())
}

fn confidence_word(level: ConfidenceLevel) -> &'static str {
    match level {
        ConfidenceLevel::High => "HIGH",
        ConfidenceLevel::Medium => "MEDIUM",
        ConfidenceLevel::Low => "LOW",
        ConfidenceLevel::NeedsReview => "NEEDS_REVIEW",
    }
}
