use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{entries, ladder};
use crate::store::{Error, StoredEntry, cells::Cells};

/// Finds which of `keys` stand in a log already, each with its entry.
pub(in crate::store) async fn standing(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    keys: &[&str],
) -> Result<Vec<(String, StoredEntry)>, Error> {
    let mut standing = Vec::new();
    for asked in keys.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT entry_index, leaf_hash, content_key, leaf, sealed, idempotency_key FROM entries WHERE workspace = ",
        );
        query.push_bind(workspace.id()).push(" AND idempotency_key IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let entry = entries::read(&row, workspace)?;
            let cells = Cells::new(&row, "entries", format!("{}/{}", workspace.id(), entry.index));
            standing.push((cells.text(5, "idempotency_key")?.to_owned(), entry));
        }
    }
    Ok(standing)
}
