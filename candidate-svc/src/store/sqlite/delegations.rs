//! People whose turn passes to another for a while.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_api::name::{DelegationName, Workspace};
use jiff::Timestamp;
use sqlx::{Row, SqliteConnection, SqliteExecutor, SqlitePool, sqlite::SqliteRow};
use uuid::Uuid;

use super::column::{self, Column};
use crate::{
    domain::{Delegation, Moment, Person},
    store::{
        CorruptRow, Error,
        job::{DelegationOrder, Job},
        request::{KeptRequest, RequestKey},
    },
};

const COLUMNS: &str = "id, delegator, delegate, starts_at_us, ends_at_us, note, created_by, created_at_us, ended_at_us";

/// A place in the order of ends: behind the delegation with this end and id.
pub(crate) type EndPlace = (i64, Uuid);

/// Delegations by name; a damaged row says so where it is needed.
pub(crate) type KnownDelegations = BTreeMap<DelegationName, Result<Delegation, CorruptRow>>;

/// Reads what the jobs on delegations are about: all that have not ended beside them, and what is ended or asked again.
pub(super) async fn load(
    connection: &mut SqliteConnection,
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
    now: Moment,
) -> Result<KnownDelegations, Error> {
    let mut workspaces = BTreeSet::new();
    let mut names = BTreeSet::new();
    for job in jobs {
        let Job::Delegation(job) = job else { continue };
        workspaces.insert(job.workspace.clone());
        if let DelegationOrder::End { name, .. } = &job.order {
            names.insert(name.clone());
        }
        let kept = job.ask.key(&job.workspace).and_then(|key| requests.get(&key));
        names.extend(kept.map(|kept| DelegationName::new(job.workspace.clone(), kept.subject_id)));
    }
    let mut known = KnownDelegations::new();
    for workspace in workspaces {
        let sql = format!("SELECT {COLUMNS} FROM delegations WHERE workspace = ? AND until_us > ?");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(now.as_micros());
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(name_of(&workspace, &row)?, delegation(&workspace, &row)?);
        }
    }
    for name in names.into_iter().filter(|name| !known.contains_key(name)).collect::<Vec<_>>() {
        let sql = format!("SELECT {COLUMNS} FROM delegations WHERE workspace = ? AND id = ?");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(name.workspace.id().to_owned());
        if let Some(row) = query.bind(name.id.as_bytes().to_vec()).fetch_optional(&mut *connection).await? {
            known.insert(name.clone(), delegation(&name.workspace, &row)?);
        }
    }
    Ok(known)
}

/// Inserts delegations that are new.
pub(super) async fn insert(connection: &mut SqliteConnection, made: &[Delegation]) -> Result<(), sqlx::Error> {
    for delegation in made {
        sqlx::query(
            "INSERT INTO delegations (workspace, id, delegator, delegate, starts_at_us, ends_at_us, note, created_by, \
             created_at_us, until_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(delegation.name.workspace.id())
        .bind(delegation.name.id.as_bytes().to_vec())
        .bind(delegation.delegator.as_str())
        .bind(delegation.delegate.as_str())
        .bind(delegation.starts_at.as_micros())
        .bind(delegation.ends_at.as_micros())
        .bind(&delegation.note)
        .bind(delegation.created_by.as_str())
        .bind(delegation.created_at.as_micros())
        .bind(delegation.ends_at.as_micros())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Writes the early ends of delegations.
pub(super) async fn end(connection: &mut SqliteConnection, ended: &[Delegation]) -> Result<(), sqlx::Error> {
    for delegation in ended {
        sqlx::query("UPDATE delegations SET ended_at_us = ?, until_us = ? WHERE workspace = ? AND id = ?")
            .bind(delegation.ended_at.map(Moment::as_micros))
            .bind(delegation.until().as_micros())
            .bind(delegation.name.workspace.id())
            .bind(delegation.name.id.as_bytes().to_vec())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Reads at most `limit` delegations that have not ended, after a place, the next to end first.
pub(super) async fn page(
    readers: &SqlitePool,
    workspace: &Workspace,
    now: Moment,
    after: Option<EndPlace>,
    limit: u32,
) -> Result<Vec<Delegation>, Error> {
    let (until, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let sql = format!(
        "SELECT {COLUMNS} FROM delegations WHERE workspace = ? AND until_us > ? AND (until_us, id) > (?, ?) \
         ORDER BY until_us, id LIMIT ?"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(workspace.id().to_owned())
        .bind(now.as_micros())
        .bind(until)
        .bind(id.as_bytes().to_vec())
        .bind(limit)
        .fetch_all(readers)
        .await?;
    rows.iter().map(|row| Ok(delegation(workspace, row)??)).collect()
}

/// Reads whose turn is this person's now.
pub(super) async fn delegators(
    readers: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    delegate: &Person,
    now: Moment,
) -> Result<Vec<Person>, Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT delegator FROM delegations WHERE workspace = ? AND delegate = ? AND until_us > ? \
         AND starts_at_us <= ? ORDER BY delegator",
    )
    .bind(workspace.id())
    .bind(delegate.as_str())
    .bind(now.as_micros())
    .bind(now.as_micros())
    .fetch_all(readers)
    .await?;
    rows.iter().map(|text| Ok(person("delegator", delegate.as_str(), text)?)).collect()
}

fn name_of(workspace: &Workspace, row: &SqliteRow) -> Result<DelegationName, Error> {
    let id = column::uuid(Column { table: "delegations", column: "id" }, "?", row.try_get("id")?)?;
    Ok(DelegationName::new(workspace.clone(), id))
}

fn delegation(workspace: &Workspace, row: &SqliteRow) -> Result<Result<Delegation, CorruptRow>, Error> {
    let name = name_of(workspace, row)?;
    let id = name.id.to_string();
    let [delegator, delegate, created_by] =
        ["delegator", "delegate", "created_by"].map(|column| row.try_get(column).map(|text| person(column, &id, text)));
    let [starts_at, ends_at, created_at] = ["starts_at_us", "ends_at_us", "created_at_us"]
        .map(|column| row.try_get(column).map(|micros| moment(column, &id, micros)));
    let ended_at: Option<i64> = row.try_get("ended_at_us")?;
    let ended_at = ended_at.map(|micros| moment("ended_at_us", &id, micros)).transpose();
    let (delegator, delegate, created_by, note) = (delegator?, delegate?, created_by?, row.try_get("note")?);
    let (starts_at, ends_at, created_at) = (starts_at?, ends_at?, created_at?);
    let read = || {
        Ok(Delegation {
            name,
            delegator: delegator?,
            delegate: delegate?,
            starts_at: starts_at?,
            ends_at: ends_at?,
            note,
            created_by: created_by?,
            created_at: created_at?,
            ended_at: ended_at?,
        })
    };
    Ok(read())
}

fn moment(column: &'static str, row: &str, micros: i64) -> Result<Moment, CorruptRow> {
    let timestamp = Timestamp::from_microsecond(micros);
    timestamp.map(Moment::from).map_err(|error| Column { table: "delegations", column }.corrupt(row, error))
}

fn person(column: &'static str, row: &str, text: &str) -> Result<Person, CorruptRow> {
    text.parse().map_err(|error| Column { table: "delegations", column }.corrupt(row, error))
}
