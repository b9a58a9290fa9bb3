//! Workspaces that anything was ever written in, and the numbers of their triggers.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::Workspace;
use sqlx::PgConnection;

use super::column;
use crate::store::{
    Error,
    rows::column::{self as of_column, Column},
};

const AT: Column = Column { table: "workspaces", column: "workspace" };

/// Adds workspaces that are new, and takes so many trigger numbers in each; returns the last one that was given before.
///
/// A workspace's row is locked until the commit: numbers are committed in their order. Rows are locked in the order of names, by everybody.
pub(super) async fn take_numbers(
    connection: &mut PgConnection,
    wanted: &BTreeMap<Workspace, i64>,
) -> Result<BTreeMap<Workspace, i64>, Error> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "INSERT INTO workspaces (workspace, triggers) SELECT * FROM unnest($1::text[], $2::bigint[]) \
         ON CONFLICT (workspace) DO UPDATE SET triggers = workspaces.triggers + excluded.triggers RETURNING workspace, triggers",
    )
    .bind(column(wanted.keys(), Workspace::id))
    .bind(column(wanted.values(), |count| *count))
    .fetch_all(connection)
    .await?;
    let mut before = BTreeMap::new();
    for (id, last) in rows {
        let workspace: Workspace = of_column::workspace(AT, &id, &id)?;
        let taken = wanted.get(&workspace).expect("invariant: the database answers with what was written");
        before.insert(workspace, last - taken);
    }
    Ok(before)
}

/// Reads all workspaces.
pub(in crate::store) async fn all(connection: &mut PgConnection) -> Result<BTreeSet<Workspace>, Error> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT workspace FROM workspaces").fetch_all(connection).await?;
    ids.iter().map(|id| Ok(of_column::workspace(AT, id, id)?)).collect()
}
