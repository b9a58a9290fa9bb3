use countersign_api::name::Workspace;
use ledger_format::Tile;
use sqlx::PgConnection;

use crate::store::{
    Error,
    cells::{Cells, signed},
    tree::full_tile_id,
};

/// Reads the full tiles at `indices` of a level that are there, in any order.
pub(in crate::store) async fn full_tiles(
    connection: &mut PgConnection,
    workspace: &Workspace,
    level: u8,
    indices: &[u64],
) -> Result<Vec<Tile>, Error> {
    let asked: Vec<i64> = indices.iter().copied().map(signed).collect();
    let rows = sqlx::query(
        "SELECT tile_index, hashes FROM tiles WHERE workspace = $1 AND level = $2 AND tile_index = ANY($3)",
    )
    .bind(workspace.id())
    .bind(i16::from(level))
    .bind(asked)
    .fetch_all(connection)
    .await?;
    let read = |row| {
        let index = Cells::new(row, "tiles", workspace.id()).number(0, "tile_index")?;
        let cells = Cells::new(row, "tiles", format!("{}/{level}/{index}", workspace.id()));
        Tile::from_bytes(full_tile_id(level, index), cells.bytes(1, "hashes")?).map_err(|_| cells.corrupt("hashes"))
    };
    rows.iter().map(read).collect()
}
