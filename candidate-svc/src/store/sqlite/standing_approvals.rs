//! Approvals given ahead, one row each, and what they were used for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, Workspace};
use jiff::Timestamp;
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor, SqlitePool, query_builder::Separated, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    bulk,
    candidates::id_bytes,
    column::{self, Column, signed},
};
use crate::{
    domain::{Candidate, Moment, Revocation, StandingApproval, State},
    store::{
        CorruptRow, Error,
        ahead::{AheadWrites, UseRow},
        job::Job,
        request::{KeptRequest, RequestKey},
    },
};

/// The grant's event has the standing approval's own id, at revision 1.
const SELECT: &str = "SELECT standing.*, events.entry_index FROM standing_approvals standing \
                      LEFT JOIN events ON events.workspace = standing.workspace AND events.candidate_id = standing.id \
                      AND events.revision = 1 AND events.ordinal = 0";

/// What holds of a row as long as it may cover something.
const IN_FORCE: &str =
    "standing.revoked_at_us IS NULL AND standing.valid_until_us > ? AND standing.uses < standing.use_limit";

/// Standing approvals by name; a damaged row says so where it is needed.
pub(super) type KnownApprovals = BTreeMap<StandingApprovalName, Result<Arc<StandingApproval>, CorruptRow>>;

/// Reads what is in force where something is proposed or granted, and what is revoked or asked again.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
    now: Moment,
) -> Result<KnownApprovals, Error> {
    let mut workspaces = BTreeSet::new();
    let mut names = BTreeSet::new();
    for job in jobs {
        match job {
            Job::Propose(job) => _ = workspaces.insert(&job.propose.name.workspace),
            Job::Standing(job) => {
                let name = job.order.name();
                workspaces.insert(&name.workspace);
                names.extend(job.order.revoked().cloned());
                let kept = job.ask.key(&name.workspace).and_then(|key| requests.get(&key));
                names.extend(kept.map(|kept| StandingApprovalName::new(name.workspace.clone(), kept.subject_id)));
            }
            _ => {}
        }
    }
    let mut known = KnownApprovals::new();
    for workspace in workspaces {
        let sql = format!("{SELECT} WHERE standing.workspace = ? AND {IN_FORCE}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(now.as_micros());
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(name_of(workspace, &row)?, standing(workspace, &row)?);
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
pub(super) async fn load_used<'a>(
    connection: &mut SqliteConnection,
    candidates: impl Iterator<Item = &'a Result<Arc<Candidate>, CorruptRow>>,
    known: &mut KnownApprovals,
) -> Result<(), Error> {
    let found = candidates.filter_map(|known| known.as_ref().ok());
    let bearing = found.filter_map(|it| {
        let undecided = it.state.name().is_open() || matches!(it.state, State::Approved(_));
        it.standing_approval.as_ref().filter(|used| undecided || used.drawn_for_audit)
    });
    let names: BTreeSet<_> = bearing.map(|used| used.name.clone()).collect();
    for name in names {
        if !known.contains_key(&name)
            && let Some(row) = row_of(&mut *connection, &name).await?
        {
            known.insert(name.clone(), standing(&name.workspace, &row)?);
        }
    }
    Ok(())
}

/// Finds what the standing approvals approved that are to be revoked, and nobody claimed.
pub(super) async fn approved_under(
    connection: &mut SqliteConnection,
    jobs: &[Job],
) -> Result<Vec<CandidateName>, Error> {
    let mut found = Vec::new();
    for job in jobs {
        let Job::Standing(job) = job else { continue };
        let Some(name) = job.order.revoked() else { continue };
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
pub(super) async fn write(connection: &mut SqliteConnection, writes: &AheadWrites) -> Result<(), sqlx::Error> {
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
pub(super) async fn get(
    connection: impl SqliteExecutor<'_>,
    name: &StandingApprovalName,
) -> Result<Option<Arc<StandingApproval>>, Error> {
    match row_of(connection, name).await? {
        Some(row) => Ok(Some(standing(&name.workspace, &row)??)),
        None => Ok(None),
    }
}

/// Reads at most `limit` that were given before one of this id, the newest first; only those in force at a moment, if one is named.
pub(super) async fn page(
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

const fn at(column: &'static str) -> Column {
    Column { table: "standing_approvals", column }
}

fn name_of(workspace: &Workspace, row: &SqliteRow) -> Result<StandingApprovalName, Error> {
    let id = column::uuid(at("id"), "?", row.try_get("id")?)?;
    Ok(StandingApprovalName::new(workspace.clone(), id))
}

/// Reads a row: the outer error is the database's, the inner one the row's.
fn standing(workspace: &Workspace, row: &SqliteRow) -> Result<Result<Arc<StandingApproval>, CorruptRow>, Error> {
    match read(name_of(workspace, row)?, row) {
        Ok(standing) => Ok(Ok(Arc::new(standing))),
        Err(Error::Corrupt(corrupt)) => Ok(Err(corrupt)),
        Err(error) => Err(error),
    }
}

fn read(name: StandingApprovalName, row: &SqliteRow) -> Result<StandingApproval, Error> {
    let roles: &str = row.try_get("granted_as")?;
    let entry_index: Option<i64> = row.try_get("entry_index")?;
    let entry_index = entry_index.map(|index| column::natural(at("entry_index"), &name, index)).transpose()?;
    let revoked_at: Option<i64> = row.try_get("revoked_at_us")?;
    let revocation = match revoked_at {
        None => None,
        Some(micros) => Some(Revocation {
            revoked_at: moment("revoked_at_us", &name, micros)?,
            revoked_by: word("revoked_by", &name, row)?,
            reason: row.try_get("revoke_reason")?,
        }),
    };
    Ok(StandingApproval {
        revision: column::natural(at("revision"), &name, row.try_get("revision")?)?,
        action_type: word("action_type", &name, row)?,
        proposer: word("proposer", &name, row)?,
        records: word("record_prefix", &name, row)?,
        use_limit: column::natural(at("use_limit"), &name, row.try_get("use_limit")?)?,
        audit_per_mille: column::natural(at("audit_per_mille"), &name, row.try_get("audit_per_mille")?)?,
        valid_until: moment("valid_until_us", &name, row.try_get("valid_until_us")?)?,
        granted_by: word("granted_by", &name, row)?,
        granted_as: roles
            .split_whitespace()
            .map(|role| role.parse().map_err(|error| at("granted_as").corrupt(&name, error)))
            .collect::<Result<_, _>>()?,
        granted_at: moment("granted_at_us", &name, row.try_get("granted_at_us")?)?,
        reason: row.try_get("reason")?,
        uses: column::natural(at("uses"), &name, row.try_get("uses")?)?,
        audits: column::natural(at("audits"), &name, row.try_get("audits")?)?,
        audits_waiting: column::natural(at("audits_waiting"), &name, row.try_get("audits_waiting")?)?,
        audits_owed: column::natural(at("audits_owed"), &name, row.try_get("audits_owed")?)?,
        looks: word("looks", &name, row)?,
        revocation,
        entry_index,
        name,
    })
}

fn word<T>(name: &'static str, row: &StandingApprovalName, from: &SqliteRow) -> Result<T, Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text: &str = from.try_get(name)?;
    Ok(text.parse().map_err(|error| at(name).corrupt(row, error))?)
}

fn moment(name: &'static str, row: &StandingApprovalName, micros: i64) -> Result<Moment, CorruptRow> {
    Timestamp::from_microsecond(micros).map(Moment::from).map_err(|error| at(name).corrupt(row, error))
}
