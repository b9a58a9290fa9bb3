use countersign_api::name::Workspace;
use sqlx::PgConnection;

use super::entries;
use crate::store::{Error, StoredEntry, cells::Cells};

/// Finds which of `keys` stand in a log already, each with its entry.
///
/// Asked for the first key from each one on, which the index by key alone gives in order. Asked for keys that are equal, the server takes
/// any index that begins with the workspace, and reads the whole log by it, as long as it has not counted what is in a new table.
pub(in crate::store) async fn standing(
    connection: &mut PgConnection,
    workspace: &Workspace,
    keys: &[&str],
) -> Result<Vec<(String, StoredEntry)>, Error> {
    let rows = sqlx::query(
        "SELECT first.* FROM unnest($2::text[]) AS asked (idempotency_key) CROSS JOIN LATERAL ( \
             SELECT entry_index, leaf_hash, content_key, leaf, sealed, entries.idempotency_key FROM entries \
             WHERE workspace = $1 AND entries.idempotency_key >= asked.idempotency_key COLLATE \"C\" \
             ORDER BY entries.idempotency_key LIMIT 1) AS first \
         WHERE first.idempotency_key = asked.idempotency_key COLLATE \"C\"",
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
