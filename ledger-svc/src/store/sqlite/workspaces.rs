use countersign_api::name::Workspace;
use sqlx::{Row, SqliteConnection};

use crate::store::Error;

/// Lists the workspaces that have entries or checkpoints, sorted.
///
/// Skips from one to the next in the index: the cost is that of the workspaces, not of the entries.
pub(in crate::store) async fn workspaces(connection: &mut SqliteConnection) -> Result<Vec<Workspace>, Error> {
    let rows = sqlx::query(
        "WITH RECURSIVE \
         with_entries(name) AS ( \
             SELECT min(workspace) FROM entries \
             UNION ALL \
             SELECT (SELECT min(workspace) FROM entries WHERE workspace > name) FROM with_entries WHERE name IS NOT NULL), \
         with_checkpoints(name) AS ( \
             SELECT min(workspace) FROM checkpoints \
             UNION ALL \
             SELECT (SELECT min(workspace) FROM checkpoints WHERE workspace > name) FROM with_checkpoints \
             WHERE name IS NOT NULL) \
         SELECT name FROM with_entries WHERE name IS NOT NULL \
         UNION SELECT name FROM with_checkpoints WHERE name IS NOT NULL ORDER BY name",
    )
    .fetch_all(connection)
    .await?;
    let mut workspaces = Vec::with_capacity(rows.len());
    for row in rows {
        let workspace = row.try_get::<&str, _>(0).ok().and_then(|id| Workspace::of_stored(id).ok());
        let corrupt = || Error::CorruptRow { table: "entries", column: "workspace", row: "unknown".to_owned() };
        workspaces.push(workspace.ok_or_else(corrupt)?);
    }
    Ok(workspaces)
}
