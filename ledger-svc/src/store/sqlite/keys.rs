use std::collections::HashMap;

use countersign_api::name::Workspace;
use ledger_format::Receipt;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::ladder;
use crate::{
    entry::Standing,
    store::{Error, cells::Cells},
};

/// Finds which of `keys` stand in a log already.
pub(super) async fn standing(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    keys: &[&str],
) -> Result<HashMap<String, Standing>, Error> {
    let mut standing = HashMap::new();
    for asked in keys.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT idempotency_key, entry_index, leaf_hash, salt, leaf FROM entries WHERE workspace = ",
        );
        query.push_bind(workspace.id()).push(" AND idempotency_key IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let index = Cells::new(&row, "entries", workspace.id()).number(1, "entry_index")?;
            let cells = Cells::new(&row, "entries", format!("{}/{index}", workspace.id()));
            let receipt = Receipt { index, leaf_hash: cells.hash(2, "leaf_hash")? };
            let leaf = cells.bytes(4, "leaf")?;
            let entry =
                Standing::of_stored(receipt, leaf, cells.salt(3, "salt")?).map_err(|_| cells.corrupt("leaf"))?;
            standing.insert(cells.text(0, "idempotency_key")?.to_owned(), entry);
        }
    }
    Ok(standing)
}
