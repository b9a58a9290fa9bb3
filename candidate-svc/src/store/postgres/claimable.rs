//! What can be claimed, and what is claimed.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::PgConnection;

use super::column;
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

/// Reads approvals of these action types that stand in the ledger and may be claimed now, the longest waiting first, with where they stand.
pub(in crate::store) async fn recorded_approvals(
    connection: &mut PgConnection,
    workspace: &Workspace,
    action_types: &[ActionTypeName],
    now: Moment,
    limit: usize,
) -> Result<Vec<Claimable>, Error> {
    // The row of an approved candidate names its approving event; that event must have its receipt (C-2). One look for each action type
    // follows the index in order and stops at the limit.
    let rows = sqlx::query(
        "SELECT found.* FROM unnest($2::text[]) AS wanted (action_type) CROSS JOIN LATERAL ( \
         SELECT candidates.id, candidates.approving_revision, candidates.approving_ordinal, candidates.claimable_from_us, \
         events.entry_index, events.traceparent, CASE WHEN candidates.approving_revision = 1 THEN candidates.granted_in END AS granted_in \
         FROM candidates JOIN events ON events.workspace = candidates.workspace AND events.candidate_id = candidates.id \
         AND events.revision = candidates.approving_revision AND events.ordinal = candidates.approving_ordinal \
         WHERE events.entry_index IS NOT NULL AND candidates.workspace = $1 AND candidates.action_type = wanted.action_type \
         AND candidates.claimable_from_us IS NOT NULL AND candidates.claimable_from_us <= $3 \
         ORDER BY candidates.claimable_from_us LIMIT $4) AS found ORDER BY found.claimable_from_us LIMIT $4",
    )
    .bind(workspace.id())
    .bind(column(action_types, ActionTypeName::as_str))
    .bind(now.as_micros())
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| claimable(workspace, row)).collect()
}

/// Returns from when on the next approval of these action types may be claimed, recorded or not; none when there is none.
pub(in crate::store) async fn next_claimable_from(
    connection: &mut PgConnection,
    workspace: &Workspace,
    action_types: &[ActionTypeName],
    after: Option<Moment>,
) -> Result<Option<Moment>, Error> {
    let next = sqlx::query_scalar(
        "SELECT min(claimable_from_us) FROM candidates WHERE workspace = $1 AND claimable_from_us IS NOT NULL \
         AND action_type = ANY($2) AND claimable_from_us > $3",
    )
    .bind(workspace.id())
    .bind(column(action_types, ActionTypeName::as_str))
    .bind(after.map_or(i64::MIN, Moment::as_micros))
    .fetch_one(connection)
    .await?;
    earliest("claimable_from_us", next)
}

/// Reads what an executor has claimed and not reported yet, the oldest claim first.
pub(in crate::store) async fn claimed_by(
    connection: &mut PgConnection,
    workspace: &Workspace,
    executor: &PrincipalId,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let rows = sqlx::query(
        "SELECT id, snapshot FROM candidates WHERE workspace = $1 AND executor = $2 ORDER BY updated_at_us",
    )
    .bind(workspace.id())
    .bind(executor.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| of_row(workspace, row)).collect()
}

/// Reads where one approving event stands; none while it has no receipt.
pub(in crate::store) async fn approving_entry(
    connection: &mut PgConnection,
    candidate: &CandidateName,
    revision: u64,
    ordinal: u32,
) -> Result<Option<ApprovingEntry>, Error> {
    let row = sqlx::query(
        "SELECT entry_index, traceparent FROM events WHERE workspace = $1 AND candidate_id = $2 AND revision = $3 \
         AND ordinal = $4 AND entry_index IS NOT NULL",
    )
    .bind(candidate.workspace.id())
    .bind(id_bytes(candidate))
    .bind(signed(revision))
    .bind(i64::from(ordinal))
    .fetch_optional(connection)
    .await?;
    row.map(|row| approving(candidate, revision, ordinal, &row)).transpose()
}
