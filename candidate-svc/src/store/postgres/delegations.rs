//! People whose turn passes to another for a while.

use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    domain::{Delegation, Moment, Person},
    store::{
        Error,
        job::Job,
        request::{KeptRequest, RequestKey},
        rows::delegations::{COLUMNS, EndPlace, KnownDelegations, delegation, delegator, name_in},
        wanted,
    },
};

/// Reads what the jobs on delegations are about: all that have not ended beside them, and what is ended or asked again.
pub(super) async fn load(
    connection: &mut PgConnection,
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
    now: Moment,
) -> Result<KnownDelegations, Error> {
    let (workspaces, names) = wanted::delegations(jobs, requests);
    let mut known = KnownDelegations::new();
    for workspace in workspaces {
        let sql = format!("SELECT {COLUMNS} FROM delegations WHERE workspace = $1 AND until_us > $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(workspace.id().to_owned()).bind(now.as_micros());
        for row in query.fetch_all(&mut *connection).await? {
            known.insert(name_in(&workspace, &row)?, delegation(&workspace, &row)?);
        }
    }
    for name in names.into_iter().filter(|name| !known.contains_key(name)).collect::<Vec<_>>() {
        let sql = format!("SELECT {COLUMNS} FROM delegations WHERE workspace = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(name.workspace.id().to_owned());
        if let Some(row) = query.bind(name.id.as_bytes().to_vec()).fetch_optional(&mut *connection).await? {
            known.insert(name.clone(), delegation(&name.workspace, &row)?);
        }
    }
    Ok(known)
}

/// Inserts delegations that are new. They are few: one statement each.
pub(super) async fn insert(connection: &mut PgConnection, made: &[Delegation]) -> Result<(), sqlx::Error> {
    for delegation in made {
        sqlx::query(
            "INSERT INTO delegations (workspace, id, delegator, delegate, starts_at_us, ends_at_us, note, created_by, \
             created_at_us, until_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(delegation.name.workspace.id())
        .bind(delegation.name.id.as_bytes().to_vec())
        .bind(delegation.delegator.as_str())
        .bind(delegation.delegate.as_str())
        .bind(delegation.starts_at.as_micros())
        .bind(delegation.ends_at.as_micros())
        .bind(delegation.note.as_bytes())
        .bind(delegation.created_by.as_str())
        .bind(delegation.created_at.as_micros())
        .bind(delegation.ends_at.as_micros())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Writes the early ends of delegations.
pub(super) async fn end(connection: &mut PgConnection, ended: &[Delegation]) -> Result<(), sqlx::Error> {
    for delegation in ended {
        sqlx::query("UPDATE delegations SET ended_at_us = $1, until_us = $2 WHERE workspace = $3 AND id = $4")
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
pub(in crate::store) async fn page(
    connection: &mut PgConnection,
    workspace: &Workspace,
    now: Moment,
    after: Option<EndPlace>,
    limit: u32,
) -> Result<Vec<Delegation>, Error> {
    let (until, id) = after.unwrap_or((i64::MIN, Uuid::nil()));
    let sql = format!(
        "SELECT {COLUMNS} FROM delegations WHERE workspace = $1 AND until_us > $2 AND (until_us, id) > ($3, $4) \
         ORDER BY until_us, id LIMIT $5"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(workspace.id().to_owned())
        .bind(now.as_micros())
        .bind(until)
        .bind(id.as_bytes().to_vec())
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(delegation(workspace, row)??)).collect()
}

/// Reads whose turn is this person's now.
pub(in crate::store) async fn delegators(
    connection: &mut PgConnection,
    workspace: &Workspace,
    delegate: &Person,
    now: Moment,
) -> Result<Vec<Person>, Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT delegator FROM delegations WHERE workspace = $1 AND delegate = $2 AND until_us > $3 \
         AND starts_at_us <= $3 ORDER BY delegator",
    )
    .bind(workspace.id())
    .bind(delegate.as_str())
    .bind(now.as_micros())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|text| delegator(delegate, text)).collect()
}
