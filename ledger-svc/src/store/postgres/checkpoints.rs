use countersign_api::name::Workspace;
use sqlx::PgConnection;

use crate::store::{CheckpointRow, Error, cells::Cells};

/// Reads the checkpoint that covers most; none when nothing was signed.
pub(in crate::store) async fn last_checkpoint(
    connection: &mut PgConnection,
    workspace: &Workspace,
) -> Result<Option<CheckpointRow>, Error> {
    let row = sqlx::query(
        "SELECT size, previous_size, signed_note FROM checkpoints WHERE workspace = $1 ORDER BY size DESC LIMIT 1",
    )
    .bind(workspace.id())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let cells = Cells::new(&row, "checkpoints", workspace.id());
        Ok(CheckpointRow {
            workspace: workspace.clone(),
            size: cells.number(0, "size")?,
            previous_size: cells.number(1, "previous_size")?,
            signed_note: cells.text(2, "signed_note")?.to_owned(),
        })
    })
    .transpose()
}
