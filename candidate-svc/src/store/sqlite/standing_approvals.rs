//! Approvals given ahead, one row each, and what they were used for.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, Workspace};
use sqlx::{Sqlite, SqliteConnection, SqliteExecutor, SqlitePool, query_builder::Separated, sqlite::SqliteRow};
use uuid::Uuid;

use super::bulk;
use crate::{
    domain::{Candidate, Moment, StandingApproval},
    store::{
        CorruptRow, Error,
        ahead::{AheadWrites, UseRow},
        job::Job,
        request::{KeptRequest, RequestKey},
        rows::{
            candidates::id_bytes,
            column::{self, Column, signed},
            standing_approvals::{KnownApprovals, name_in, standing},
        },
        wanted,
    },
};

/// The grant's event has the standing approval's own id, at revision 1.
const SELECT: &str = "SELECT standing.*, events.entry_index FROM standing_approvals standing \
                      LEFT JOIN events ON events.workspace = standing.workspace AND events.candidate_id = standing.id \
                      AND events.revision = 1 AND events.ordinal = 0";

/// What holds of a row as long as it may cover something.
const IN_FORCE: &str =
    "standing.revoked_at_us IS NULL AND standing.valid_until_us > ? AND standing.uses < standing.use_limit";

/// Reads what is in force where something is proposed or granted, and what is revoked or asked again.
pub(in crate::store) async fn load(
    connection: &mut SqliteConnection,
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
    now: Moment,
) -> Result<KnownApprovals, Error> {
    let (workspaces, names) = wanted::standing_approvals(jobs, requests);
    let mut known = KnownApprovals::new();
    for workspace in workspaces {
        let sql = format!("{SELECT} WHERE standing.workspace = ? AND {IN_FORCE}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(now.as_micros());
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(name_in(workspace, &row)?, standing(workspace, &row)?);
        }
    }
    for name in names {
        if let Some(row) = row_of(&mut *connection, &name).await? {
            known.insert(name.clone(), standing(&name.workspace, &row)?);
        }
    }
    Ok(known)
}

/// Reads those that drew or approved one of these candidates, as long as that bears on what they owe or on what their looks find.
pub(in crate::store) async fn load_used<'a>(
    connection: &mut SqliteConnection,
    candidates: impl Iterator<Item = &'a Result<Arc<Candidate>, CorruptRow>>,
    known: &mut KnownApprovals,
) -> Result<(), Error> {
    for name in wanted::standing_approvals_used(candidates) {
        if !known.contains_key(&name)
            && let Some(row) = row_of(&mut *connection, &name).await?
        {
            known.insert(name.clone(), standing(&name.workspace, &row)?);
        }
    }
    Ok(())
}

/// Finds what the standing approvals approved that are to be revoked, and nobody claimed.
pub(in crate::store) async fn approved_under(
    connection: &mut SqliteConnection,
    revoked: &[StandingApprovalName],
) -> Result<Vec<CandidateName>, Error> {
    let mut found = Vec::new();
    for name in revoked {
        let ids: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT uses.candidate_id FROM standing_approval_uses uses CROSS JOIN candidates \
             ON candidates.workspace = uses.workspace AND candidates.id = uses.candidate_id \
             WHERE uses.workspace = ? AND uses.standing_approval_id = ? AND uses.drawn_for_audit = 0 \
             AND candidates.state = 'APPROVED'",
        )
        .bind(name.workspace.id())
        .bind(name.id.as_bytes().to_vec())
        .fetch_all(&mut *connection)
        .await?;
        for id in ids {
            let id = column::uuid(Column { table: "standing_approval_uses", column: "candidate_id" }, name, &id)?;
            found.push(CandidateName::new(name.workspace.clone(), id));
        }
    }
    Ok(found)
}

/// Writes grants, uses, what is owed, and revocations.
pub(in crate::store) async fn write(
    connection: &mut SqliteConnection,
    writes: &AheadWrites,
) -> Result<(), sqlx::Error> {
    for granted in &writes.granted {
        insert(connection, granted).await?;
    }
    for changed in writes.changed.values() {
        update(connection, changed).await?;
    }
    for chunk in bulk::chunks(&writes.uses) {
        const HEAD: &str =
            "INSERT INTO standing_approval_uses (workspace, standing_approval_id, candidate_id, drawn_for_audit) ";
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, row: &UseRow| {
            values
                .push_bind(row.standing.workspace.id().to_owned())
                .push_bind(row.standing.id.as_bytes().to_vec())
                .push_bind(id_bytes(&row.candidate))
                .push_bind(row.drawn_for_audit);
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads one.
pub(in crate::store) async fn get(
    connection: impl SqliteExecutor<'_>,
    name: &StandingApprovalName,
) -> Result<Option<Arc<StandingApproval>>, Error> {
    match row_of(connection, name).await? {
        Some(row) => Ok(Some(standing(&name.workspace, &row)??)),
        None => Ok(None),
    }
}

/// Reads at most `limit` that were given before one of this id, the newest first; only those in force at a moment, if one is named.
pub(in crate::store) async fn page(
    readers: &SqlitePool,
    workspace: &Workspace,
    in_force_at: Option<Moment>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Arc<StandingApproval>>, Error> {
    let in_force = if in_force_at.is_some() { format!("AND {IN_FORCE}") } else { String::new() };
    let sql = format!(
        "{SELECT} WHERE standing.workspace = ? AND standing.id < ? {in_force} ORDER BY standing.id DESC LIMIT ?"
    );
    let before = before.unwrap_or(Uuid::max()).as_bytes().to_vec();
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(before);
    if let Some(moment) = in_force_at {
        query = query.bind(moment.as_micros());
    }
    let rows = query.bind(limit).fetch_all(readers).await?;
    rows.iter().map(|row| Ok(standing(workspace, row)??)).collect()
}

async fn insert(connection: &mut SqliteConnection, granted: &StandingApproval) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO standing_approvals (workspace, id, revision, action_type, proposer, record_prefix, use_limit, \
         audit_per_mille, valid_until_us, granted_by, granted_as, granted_at_us, reason, uses, audits) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
    )
    .bind(granted.name.workspace.id())
    .bind(granted.name.id.as_bytes().to_vec())
    .bind(1)
    .bind(granted.action_type.as_str())
    .bind(granted.proposer.as_str())
    .bind(granted.records.as_str())
    .bind(granted.use_limit)
    .bind(granted.audit_per_mille)
    .bind(granted.valid_until.as_micros())
    .bind(granted.granted_by.as_str())
    .bind(granted.granted_as.iter().map(|role| role.name()).collect::<Vec<_>>().join(" "))
    .bind(granted.granted_at.as_micros())
    .bind(&granted.reason)
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut SqliteConnection, standing: &StandingApproval) -> Result<(), sqlx::Error> {
    let revocation = standing.revocation.as_ref();
    let result = sqlx::query(
        "UPDATE standing_approvals SET revision = ?, uses = ?, audits = ?, audits_waiting = ?, audits_owed = ?, \
         looks = ?, revoked_at_us = ?, revoked_by = ?, revoke_reason = ? WHERE workspace = ? AND id = ?",
    )
    .bind(signed(standing.revision))
    .bind(standing.uses)
    .bind(standing.audits)
    .bind(standing.audits_waiting)
    .bind(standing.audits_owed)
    .bind(standing.looks.to_string())
    .bind(revocation.map(|revocation| revocation.revoked_at.as_micros()))
    .bind(revocation.map(|revocation| revocation.revoked_by.as_str()))
    .bind(revocation.map(|revocation| revocation.reason.as_str()))
    .bind(standing.name.workspace.id())
    .bind(standing.name.id.as_bytes().to_vec())
    .execute(connection)
    .await?;
    assert_eq!(result.rows_affected(), 1, "C-1: a standing approval was used that is not there");
    Ok(())
}

async fn row_of(
    connection: impl SqliteExecutor<'_>,
    name: &StandingApprovalName,
) -> Result<Option<SqliteRow>, sqlx::Error> {
    let sql = format!("{SELECT} WHERE standing.workspace = ? AND standing.id = ?");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(name.workspace.id().to_owned())
        .bind(name.id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await
}
