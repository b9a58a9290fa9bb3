//! What can be claimed, and what is claimed.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::{QueryBuilder, Row, SqliteExecutor, SqlitePool, sqlite::SqliteRow};

use super::{
    candidates,
    column::{self, Column},
};
use crate::{
    domain::{ActionTypeName, Candidate, Moment},
    store::{ApprovingEntry, Claimable, Error},
};

/// Reads approvals of these action types that stand in the ledger and may be claimed now, the longest waiting first, with
/// where they stand.
pub(super) async fn recorded_approvals(
    readers: &SqlitePool,
    workspace: &Workspace,
    action_types: &[ActionTypeName],
    now: Moment,
    limit: usize,
) -> Result<Vec<Claimable>, Error> {
    // The row of an approved candidate names its approving event; that event must have its receipt (C-2). What was approved
    // in the revision of the proposal was approved ahead. One query for each action type follows the index in order and
    // stops at the limit; one for all would sort everything approved.
    const APPROVALS: &str = "SELECT candidates.id, candidates.approving_revision, candidates.approving_ordinal, \
                             candidates.claimable_from_us, events.entry_index, events.traceparent, \
                             CASE WHEN candidates.approving_revision = 1 THEN \
                             json_extract(candidates.snapshot, '$.standing_approval.grant_entry_index') END AS granted_in \
                             FROM candidates CROSS JOIN events ON events.workspace = candidates.workspace \
                             AND events.candidate_id = candidates.id AND events.revision = candidates.approving_revision \
                             AND events.ordinal = candidates.approving_ordinal WHERE events.entry_index IS NOT NULL \
                             AND candidates.workspace = ? AND candidates.action_type = ? \
                             AND candidates.claimable_from_us IS NOT NULL AND candidates.claimable_from_us <= ? \
                             ORDER BY candidates.claimable_from_us LIMIT ?";
    let mut found: Vec<(i64, Claimable)> = Vec::new();
    for action_type in action_types {
        let rows = sqlx::query(APPROVALS)
            .bind(workspace.id())
            .bind(action_type.as_str())
            .bind(now.as_micros())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(readers)
            .await?;
        for row in &rows {
            found.push((row.try_get("claimable_from_us")?, claimable(workspace, row)?));
        }
    }
    found.sort_by_key(|(claimable_from_us, _)| *claimable_from_us);
    found.truncate(limit);
    Ok(found.into_iter().map(|(_, claimable)| claimable).collect())
}

/// Returns from when on the next approval of these action types may be claimed, recorded or not; none when there is none.
pub(super) async fn next_claimable_from(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    action_types: &[ActionTypeName],
    after: Option<Moment>,
) -> Result<Option<Moment>, Error> {
    let mut query = QueryBuilder::new("SELECT MIN(claimable_from_us) FROM candidates WHERE workspace = ");
    query.push_bind(workspace.id().to_owned());
    query.push(" AND claimable_from_us IS NOT NULL AND action_type IN (");
    let mut names = query.separated(", ");
    for name in action_types {
        names.push_bind(name.as_str().to_owned());
    }
    query.push(")");
    if let Some(after) = after {
        query.push(" AND claimable_from_us > ").push_bind(after.as_micros());
    }
    let earliest: Option<i64> = query.build_query_scalar().fetch_one(connection).await?;
    earliest.map(|micros| moment(Column { table: "candidates", column: "claimable_from_us" }, micros)).transpose()
}

/// Reads what an executor has claimed and not reported yet, the oldest claim first.
///
/// The plus sign keeps the order from choosing the index: few rows have an executor, all have a time.
pub(super) async fn claimed_by(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    executor: &PrincipalId,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let rows =
        sqlx::query("SELECT id, snapshot FROM candidates WHERE workspace = ? AND executor = ? ORDER BY +updated_at_us")
            .bind(workspace.id())
            .bind(executor.as_str())
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| candidates::of_row(workspace, row)).collect()
}

/// Reads where one approving event stands; none while it has no receipt.
pub(super) async fn approving_entry(
    connection: impl SqliteExecutor<'_>,
    candidate: &CandidateName,
    revision: u64,
    ordinal: u32,
) -> Result<Option<ApprovingEntry>, Error> {
    let row = sqlx::query(
        "SELECT entry_index, traceparent FROM events WHERE workspace = ? AND candidate_id = ? AND revision = ? \
         AND ordinal = ? AND entry_index IS NOT NULL",
    )
    .bind(candidate.workspace.id())
    .bind(candidates::id_bytes(candidate))
    .bind(column::signed(revision))
    .bind(i64::from(ordinal))
    .fetch_optional(connection)
    .await?;
    row.map(|row| approving(candidate, revision, ordinal, &row)).transpose()
}

/// Reads a point in time from its microseconds.
pub(super) fn moment(at: Column, micros: i64) -> Result<Moment, Error> {
    let timestamp = jiff::Timestamp::from_microsecond(micros).map_err(|error| at.corrupt("?", error))?;
    Ok(Moment::from(timestamp))
}

fn claimable(workspace: &Workspace, row: &SqliteRow) -> Result<Claimable, Error> {
    let at = |column| Column { table: "candidates", column };
    let id = column::uuid(at("id"), "?", row.try_get("id")?)?;
    let candidate = CandidateName::new(workspace.clone(), id);
    let revision = column::natural(at("approving_revision"), &candidate, row.try_get("approving_revision")?)?;
    let ordinal = column::natural(at("approving_ordinal"), &candidate, row.try_get("approving_ordinal")?)?;
    let entry = approving(&candidate, revision, ordinal, row)?;
    let granted_in: Option<i64> = row.try_get("granted_in")?;
    let granted_in = granted_in.map(|index| column::natural(at("snapshot"), &candidate, index)).transpose()?;
    Ok(Claimable { candidate, entry, granted_in })
}

fn approving(candidate: &CandidateName, revision: u64, ordinal: u32, row: &SqliteRow) -> Result<ApprovingEntry, Error> {
    let at = Column { table: "events", column: "entry_index" };
    Ok(ApprovingEntry {
        revision,
        ordinal,
        entry_index: column::natural(at, candidate, row.try_get("entry_index")?)?,
        traceparent: row.try_get("traceparent")?,
    })
}
