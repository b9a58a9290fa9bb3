use countersign_api::name::Workspace;
use sqlx::PgConnection;

use super::entries;
use crate::store::{Error, StoredEntry, cells::Cells};

/// Finds which of `keys` stand in a log already, each with its entry.
pub(in crate::store) async fn standing(
    connection: &mut PgConnection,
    workspace: &Workspace,
    keys: &[&str],
) -> Result<Vec<(String, StoredEntry)>, Error> {
    let rows = sqlx::query(
        "SELECT entry_index, leaf_hash, content_key, leaf, sealed, idempotency_key FROM entries \
         WHERE workspace = $1 AND idempotency_key = ANY($2)",
    )
    .bind(workspace.id())
    .bind(keys)
    .fetch_all(connection)
    .await?;
    let read = |row| {
        let entry = entries::read(row, workspace)?;
        let cells = Cells::new(row, "entries", format!("{}/{}", workspace.id(), entry.index));
        Ok((cells.text(5, "idempotency_key")?.to_owned(), entry))
    };
    rows.iter().map(read).collect()
}
