use countersign_api::name::Workspace;
use ledger_format::Tile;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::ladder;
use crate::store::{
    Error,
    cells::{Cells, signed},
    tree::full_tile_id,
};

/// Reads the full tiles at `indices` of a level that are there, in any order.
pub async fn full_tiles(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    level: u8,
    indices: &[u64],
) -> Result<Vec<Tile>, Error> {
    let mut tiles = Vec::with_capacity(indices.len());
    for asked in indices.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> =
            QueryBuilder::new("SELECT tile_index, hashes FROM tiles WHERE workspace = ");
        query.push_bind(workspace.id()).push(" AND level = ").push_bind(i64::from(level));
        query.push(" AND tile_index IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied().map(signed));
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let index = Cells::new(&row, "tiles", workspace.id()).number(0, "tile_index")?;
            let cells = Cells::new(&row, "tiles", format!("{}/{level}/{index}", workspace.id()));
            let tile = Tile::from_bytes(full_tile_id(level, index), cells.bytes(1, "hashes")?);
            tiles.push(tile.map_err(|_| cells.corrupt("hashes"))?);
        }
    }
    Ok(tiles)
}
