//! What can be claimed, and what is claimed.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::{QueryBuilder, Row, SqliteExecutor, SqlitePool};

use crate::{
    domain::{ActionTypeName, Candidate, Moment},
    store::{
        ApprovingEntry, Claimable, Error,
        rows::{
            candidates::{id_bytes, of_row},
            claims::{claimable, earliest},
            column::signed,
            events::approving,
        },
    },
};

/// Reads approvals of these action types that stand in the ledger and may be claimed now, the longest waiting first, with
/// where they stand.
pub(in crate::store) async fn recorded_approvals(
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
pub(in crate::store) async fn next_claimable_from(
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
    earliest("claimable_from_us", query.build_query_scalar().fetch_one(connection).await?)
}

/// Reads what an executor has claimed and not reported yet, the oldest claim first.
///
/// The plus sign keeps the order from choosing the index: few rows have an executor, all have a time.
pub(in crate::store) async fn claimed_by(
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
    rows.iter().map(|row| of_row(workspace, row)).collect()
}

/// Reads where one approving event stands; none while it has no receipt.
pub(in crate::store) async fn approving_entry(
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
    .bind(id_bytes(candidate))
    .bind(signed(revision))
    .bind(i64::from(ordinal))
    .fetch_optional(connection)
    .await?;
    row.map(|row| approving(candidate, revision, ordinal, &row)).transpose()
}
