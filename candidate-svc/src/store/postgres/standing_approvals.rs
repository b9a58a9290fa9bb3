//! Approvals given ahead, one row each, and what they were used for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;

use super::column;
use crate::{
    domain::{ActionTypeName, Moment, StandingApproval},
    store::{
        Error,
        ahead::AheadWrites,
        job::Job,
        request::{KeptRequest, RequestKey},
        rows::{
            Columns,
            candidates::{id_bytes, name_in as candidate_in},
            column::{Column, signed},
            standing_approvals::{KnownApprovals, name_in, standing},
        },
        wanted,
    },
};

/// The grant's event has the standing approval's own id, at revision 1.
const SELECT: &str = "SELECT standing.*, (SELECT entry_index FROM events WHERE events.workspace = standing.workspace \
                      AND events.candidate_id = standing.id AND events.revision = 1 AND events.ordinal = 0) AS entry_index \
                      FROM standing_approvals standing";

/// What holds of a row as long as it may cover something at `$2`.
const IN_FORCE: &str =
    "standing.revoked_at_us IS NULL AND standing.valid_until_us > $2 AND standing.uses < standing.use_limit";

/// What proposals may come under, whoever reads it: action types and their proposers, by workspace.
pub(super) async fn categories(
    connection: &mut PgConnection,
    workspaces: &BTreeSet<Workspace>,
    now: Moment,
) -> Result<BTreeSet<(String, ActionTypeName, PrincipalId)>, Error> {
    let sql = format!(
        "SELECT DISTINCT workspace, action_type, proposer FROM standing_approvals standing WHERE workspace = ANY($1) AND {IN_FORCE}"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(column(workspaces, |it| it.id().to_owned()));
    let rows = query.bind(now.as_micros()).fetch_all(connection).await?;
    let at = |column| Column { table: "standing_approvals", column };
    let category = |row: &PgRow| {
        let action_type = row.text("action_type")?.parse().map_err(|error| at("action_type").corrupt("?", error))?;
        let proposer = row.text("proposer")?.parse().map_err(|error| at("proposer").corrupt("?", error))?;
        Ok((row.text("workspace")?.to_owned(), action_type, proposer))
    };
    rows.iter().map(category).collect()
}

/// Reads what is in force where something is proposed or granted, and what is revoked or asked again.
pub(super) async fn load(
    connection: &mut PgConnection,
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
    now: Moment,
) -> Result<KnownApprovals, Error> {
    let (workspaces, names) = wanted::standing_approvals(jobs, requests);
    let mut known = KnownApprovals::new();
    for workspace in workspaces {
        let sql = format!("{SELECT} WHERE standing.workspace = $1 AND {IN_FORCE}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(now.as_micros());
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(name_in(workspace, &row)?, standing(workspace, &row)?);
        }
    }
    for name in names {
        if let Some(row) = row_of(&mut *connection, &name, "").await? {
            known.insert(name.clone(), standing(&name.workspace, &row)?);
        }
    }
    Ok(known)
}

/// Reads these, in the order of their names, and keeps everybody else from changing them before the end of the transaction.
pub(super) async fn lock(
    connection: &mut PgConnection,
    names: BTreeSet<StandingApprovalName>,
) -> Result<KnownApprovals, Error> {
    let mut known = KnownApprovals::new();
    for name in names {
        if let Some(row) = row_of(&mut *connection, &name, " FOR UPDATE OF standing").await? {
            known.insert(name.clone(), standing(&name.workspace, &row)?);
        }
    }
    Ok(known)
}

/// Finds what the standing approvals approved that are to be revoked, and nobody claimed.
pub(super) async fn approved_under(
    connection: &mut PgConnection,
    revoked: &[StandingApprovalName],
) -> Result<Vec<CandidateName>, Error> {
    let mut found = Vec::new();
    for name in revoked {
        let rows = sqlx::query(
            "SELECT candidates.id FROM standing_approval_uses uses JOIN candidates \
             ON candidates.workspace = uses.workspace AND candidates.id = uses.candidate_id \
             WHERE uses.workspace = $1 AND uses.standing_approval_id = $2 AND NOT uses.drawn_for_audit \
             AND candidates.state = 'APPROVED'",
        )
        .bind(name.workspace.id())
        .bind(name.id.as_bytes().to_vec())
        .fetch_all(&mut *connection)
        .await?;
        for row in &rows {
            found.push(candidate_in(&name.workspace, row)?);
        }
    }
    Ok(found)
}

/// Writes grants, uses, what is owed, and revocations.
pub(super) async fn write(connection: &mut PgConnection, writes: &AheadWrites) -> Result<(), sqlx::Error> {
    for granted in &writes.granted {
        insert(connection, granted).await?;
    }
    for changed in writes.changed.values() {
        update(connection, changed).await?;
    }
    if writes.uses.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO standing_approval_uses (workspace, standing_approval_id, candidate_id, drawn_for_audit) \
         SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::boolean[])",
    )
    .bind(column(&writes.uses, |row| row.standing.workspace.id()))
    .bind(column(&writes.uses, |row| row.standing.id.as_bytes().to_vec()))
    .bind(column(&writes.uses, |row| id_bytes(&row.candidate)))
    .bind(column(&writes.uses, |row| row.drawn_for_audit))
    .execute(connection)
    .await?;
    Ok(())
}

/// Reads one.
pub(in crate::store) async fn get(
    connection: &mut PgConnection,
    name: &StandingApprovalName,
) -> Result<Option<Arc<StandingApproval>>, Error> {
    match row_of(connection, name, "").await? {
        Some(row) => Ok(Some(standing(&name.workspace, &row)??)),
        None => Ok(None),
    }
}

/// Reads at most `limit` that were given before one of this id, the newest first; only those in force at a moment, if one is named.
pub(in crate::store) async fn page(
    connection: &mut PgConnection,
    workspace: &Workspace,
    in_force_at: Option<Moment>,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Arc<StandingApproval>>, Error> {
    let sql = format!(
        "{SELECT} WHERE standing.workspace = $1 AND ($2::bigint IS NULL OR ({IN_FORCE})) AND standing.id < $3 \
         ORDER BY standing.id DESC LIMIT $4"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(workspace.id().to_owned())
        .bind(in_force_at.map(Moment::as_micros))
        .bind(before.unwrap_or(Uuid::max()).as_bytes().to_vec())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(standing(workspace, row)??)).collect()
}

async fn insert(connection: &mut PgConnection, granted: &StandingApproval) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO standing_approvals (workspace, id, revision, action_type, proposer, record_prefix, use_limit, \
         audit_per_mille, valid_until_us, granted_by, granted_as, granted_at_us, reason, uses, audits, audits_waiting, audits_owed, looks) \
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, '')",
    )
    .bind(granted.name.workspace.id())
    .bind(granted.name.id.as_bytes().to_vec())
    .bind(granted.action_type.as_str())
    .bind(granted.proposer.as_str())
    .bind(granted.records.as_str().as_bytes())
    .bind(i64::from(granted.use_limit))
    .bind(i64::from(granted.audit_per_mille))
    .bind(granted.valid_until.as_micros())
    .bind(granted.granted_by.as_str())
    .bind(granted.granted_as.iter().map(|role| role.name()).collect::<Vec<_>>().join(" "))
    .bind(granted.granted_at.as_micros())
    .bind(granted.reason.as_bytes())
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut PgConnection, standing: &StandingApproval) -> Result<(), sqlx::Error> {
    let revocation = standing.revocation.as_ref();
    let result = sqlx::query(
        "UPDATE standing_approvals SET revision = $1, uses = $2, audits = $3, audits_waiting = $4, audits_owed = $5, \
         looks = $6, revoked_at_us = $7, revoked_by = $8, revoke_reason = $9 WHERE workspace = $10 AND id = $11",
    )
    .bind(signed(standing.revision))
    .bind(i64::from(standing.uses))
    .bind(i64::from(standing.audits))
    .bind(i64::from(standing.audits_waiting))
    .bind(i64::from(standing.audits_owed))
    .bind(standing.looks.to_string())
    .bind(revocation.map(|revocation| revocation.revoked_at.as_micros()))
    .bind(revocation.map(|revocation| revocation.revoked_by.as_str()))
    .bind(revocation.map(|revocation| revocation.reason.as_bytes()))
    .bind(standing.name.workspace.id())
    .bind(standing.name.id.as_bytes().to_vec())
    .execute(connection)
    .await?;
    assert_eq!(result.rows_affected(), 1, "C-1: a standing approval was used that is not there");
    Ok(())
}

async fn row_of(
    connection: &mut PgConnection,
    name: &StandingApprovalName,
    tail: &str,
) -> Result<Option<PgRow>, sqlx::Error> {
    let sql = format!("{SELECT} WHERE standing.workspace = $1 AND standing.id = $2{tail}");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(name.workspace.id().to_owned())
        .bind(name.id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await
}
