use countersign_api::name::Workspace;
use sqlx::PgConnection;

use crate::store::{Error, cells::Cells};

/// Lists the workspaces that have entries or checkpoints, sorted. Who appends makes the head first, so each has one.
pub(in crate::store) async fn workspaces(connection: &mut PgConnection) -> Result<Vec<Workspace>, Error> {
    let rows =
        sqlx::query("SELECT workspace FROM heads WHERE size > 0 ORDER BY workspace").fetch_all(connection).await?;
    let read = |row| {
        let cells = Cells::new(row, "heads", "unknown");
        Workspace::of_stored(cells.text(0, "workspace")?).map_err(|_| cells.corrupt("workspace"))
    };
    rows.iter().map(read).collect()
}
