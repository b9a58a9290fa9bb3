//! Hashes and tiles of a log's tree, from what is stored of it: full tiles, and the entries under the partial ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_api::name::Workspace;
use ledger_format::{Hash, HashReader, Subtree, TILE_WIDTH, Tile, TileId};

use super::{Error, Rows, TileRoots, read};

/// Hashes of perfect subtrees, read ahead for whoever builds proofs or edges from them.
#[derive(Debug, Default)]
pub struct TreeHashes(HashMap<Subtree, Hash>);

/// A hash that was not read ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of subtree `{}` at level `{}` was not read", .0.index, .0.level)]
pub struct NotRead(pub Subtree);

impl HashReader for TreeHashes {
    type Error = NotRead;

    fn hash(&self, subtree: Subtree) -> Result<Hash, NotRead> {
        self.0.get(&subtree).copied().ok_or(NotRead(subtree))
    }
}

/// Reads the hashes of `subtrees` in the tree of `size` entries: each tile once, full ones as stored, partial ones from what is below.
///
/// # Errors
/// See [`Error`].
///
/// # Panics
/// When a tree of that size does not hold one of the subtrees whole.
pub async fn tree_hashes(
    rows: &mut Rows<'_>,
    tile_roots: &TileRoots,
    workspace: &Workspace,
    size: u64,
    subtrees: impl IntoIterator<Item = Subtree>,
) -> Result<TreeHashes, Error> {
    let mut by_tile: BTreeMap<TileId, BTreeSet<Subtree>> = BTreeMap::new();
    for subtree in subtrees {
        let tile = TileId::holding(subtree, size).expect("invariant: only whole subtrees are asked for");
        by_tile.entry(tile).or_default().insert(subtree);
    }
    let full: Vec<TileId> = by_tile.keys().copied().filter(|id| id.is_full()).collect();
    let mut tiles = full_tiles(rows, workspace, &full).await?;
    for id in by_tile.keys().copied().filter(|id| !id.is_full()) {
        tiles.push(partial_tile(rows, tile_roots, workspace, id).await?);
    }
    let mut hashes = HashMap::new();
    for tile in tiles {
        for &subtree in &by_tile[&tile.id()] {
            let hash = tile.hash(subtree).expect("invariant: a tile holds the subtrees it was named for");
            hashes.insert(subtree, hash);
        }
    }
    Ok(TreeHashes(hashes))
}

/// Builds the partial tiles at the right edge of the tree of `size` entries, lower levels first.
///
/// # Errors
/// See [`Error`].
pub async fn partial_tiles(
    rows: &mut Rows<'_>,
    tile_roots: &TileRoots,
    workspace: &Workspace,
    size: u64,
) -> Result<Vec<Tile>, Error> {
    let mut tiles = Vec::new();
    for id in TileId::partial(size) {
        tiles.push(partial_tile(rows, tile_roots, workspace, id).await?);
    }
    Ok(tiles)
}

/// Reads a full tile.
///
/// # Errors
/// See [`Error`]; [`Error::MissingRow`] when it is not there.
pub async fn full_tile(rows: &mut Rows<'_>, workspace: &Workspace, id: TileId) -> Result<Tile, Error> {
    full_tiles(rows, workspace, &[id]).await.map(|mut tiles| tiles.remove(0))
}

/// Builds a partial tile: at level 0 from the entries, above from the full tiles one level below.
async fn partial_tile(
    rows: &mut Rows<'_>,
    tile_roots: &TileRoots,
    workspace: &Workspace,
    id: TileId,
) -> Result<Tile, Error> {
    let start = id.index() * u64::from(TILE_WIDTH);
    let end = start + u64::from(id.width());
    let hashes = match id.level().checked_sub(1) {
        None => read::leaf_hashes(rows, workspace, start, end).await?,
        Some(below) => roots_of_tiles(rows, tile_roots, workspace, below, start..end).await?,
    };
    let bytes: Vec<u8> = hashes.iter().flat_map(Hash::as_bytes).copied().collect();
    Ok(Tile::from_bytes(id, &bytes).expect("invariant: one hash was read for each place of the tile"))
}

/// Returns the roots of the full tiles at `indices` of a level.
async fn roots_of_tiles(
    rows: &mut Rows<'_>,
    tile_roots: &TileRoots,
    workspace: &Workspace,
    level: u8,
    indices: std::ops::Range<u64>,
) -> Result<Vec<Hash>, Error> {
    let unknown: Vec<TileId> = indices
        .clone()
        .filter(|&index| tile_roots.get(workspace, level, index).is_none())
        .map(|index| full_tile_id(level, index))
        .collect();
    let mut read = HashMap::new();
    for tile in full_tiles(rows, workspace, &unknown).await? {
        let root = tile.root().expect("invariant: a full tile has a root");
        tile_roots.insert(workspace, level, tile.id().index(), root);
        read.insert(tile.id().index(), root);
    }
    let root = |index| read.get(&index).copied().or_else(|| tile_roots.get(workspace, level, index));
    let missing = |index| missing_tile(workspace, level, index);
    indices.map(|index| root(index).ok_or_else(|| missing(index))).collect()
}

/// Reads full tiles, in any order.
async fn full_tiles(rows: &mut Rows<'_>, workspace: &Workspace, ids: &[TileId]) -> Result<Vec<Tile>, Error> {
    let mut by_level: BTreeMap<u8, Vec<u64>> = BTreeMap::new();
    for id in ids {
        by_level.entry(id.level()).or_default().push(id.index());
    }
    let mut tiles = Vec::with_capacity(ids.len());
    for (level, indices) in by_level {
        let before = tiles.len();
        tiles.extend(read::full_tiles(rows, workspace, level, &indices).await?);
        let found: BTreeSet<u64> = tiles[before..].iter().map(|tile| tile.id().index()).collect();
        if let Some(index) = indices.iter().find(|index| !found.contains(index)) {
            return Err(missing_tile(workspace, level, *index));
        }
    }
    Ok(tiles)
}

/// Names a full tile by what [`TileId`] itself gave, so that it exists.
pub(super) fn full_tile_id(level: u8, index: u64) -> TileId {
    TileId::new(level, index, TILE_WIDTH).expect("invariant: only tiles of the tree are asked for")
}

fn missing_tile(workspace: &Workspace, level: u8, index: u64) -> Error {
    Error::MissingRow { table: "tiles", row: format!("{}/{level}/{index}", workspace.id()) }
}
