//! Workspaces that anything was ever written in.

use std::collections::BTreeSet;

use countersign_api::name::Workspace;
use sqlx::{SqliteConnection, SqlitePool};

use crate::store::{
    Error,
    rows::column::{self, Column},
};

/// Adds workspaces that are new.
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    workspaces: impl IntoIterator<Item = &Workspace>,
) -> Result<(), sqlx::Error> {
    for workspace in workspaces {
        sqlx::query("INSERT INTO workspaces (workspace) VALUES (?) ON CONFLICT DO NOTHING")
            .bind(workspace.id())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Reads all workspaces.
pub(in crate::store) async fn all(readers: &SqlitePool) -> Result<BTreeSet<Workspace>, Error> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT workspace FROM workspaces").fetch_all(readers).await?;
    let at = Column { table: "workspaces", column: "workspace" };
    ids.iter().map(|id| Ok(column::workspace(at, id, id)?)).collect()
}
