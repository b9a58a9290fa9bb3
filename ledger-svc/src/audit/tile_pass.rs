use std::ops::Range;

use countersign_api::name::Workspace;
use ledger_format::{HASH_BYTES, Hash, Subtree, TILE_WIDTH, Tile, TileId};

use super::{
    Extent, Finding, What,
    fault::{Fault, Source, Trouble},
    place::{TILES, row_of_tile},
    typed::Typed,
};
use crate::{
    log::{FullTile, PartialTiles},
    store::raw::{RawFile, StrayTile, Value},
};

const TILE_BYTES: usize = TILE_WIDTH as usize * HASH_BYTES;

/// Compares the stored tiles of one log with the hashes that its entries give.
pub(super) struct TilePass<'a> {
    workspace: &'a Workspace,
    computed: PartialTiles,
    /// The stored tile that the next entries stand in, once it is there.
    leaves: Option<Tile>,
    full: Vec<FullTile>,
}

impl<'a> TilePass<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, computed: PartialTiles::default(), leaves: None, full: Vec::new() }
    }

    /// Reads the tile that entry `index`, the first of it, stands in; a tile that is not full yet is not stored.
    pub(super) async fn begin_tile(
        &mut self,
        ledger: &mut RawFile,
        source: Source<'_>,
        index: u64,
    ) -> Result<(), Trouble> {
        let Some(id) = full_tile(0, index / u64::from(TILE_WIDTH)) else { return Ok(()) };
        let stored = ledger.tile(self.workspace, id).await.map_err(source.refuse(TILES.name))?;
        self.leaves = if stored.is_empty() { None } else { Some(self.parse(id, &stored)?) };
        Ok(())
    }

    /// Returns the hash that the stored tile has for the entry at `index`.
    pub(super) fn stored_leaf_hash(&self, index: u64) -> Option<Hash> {
        self.leaves.as_ref()?.hash(Subtree::leaf(index))
    }

    /// Notes a subtree that an entry completed.
    pub(super) fn note(&mut self, subtree: Subtree, hash: Hash) {
        self.full.extend(self.computed.push(subtree, hash));
    }

    /// Compares the tiles that have become full with the stored ones.
    pub(super) async fn compare_full(&mut self, ledger: &mut RawFile, source: Source<'_>) -> Result<(), Trouble> {
        for tile in std::mem::take(&mut self.full) {
            let id = full_tile(tile.level, tile.index).expect("invariant: the tree names tiles that exist");
            let stored = match self.leaves.take() {
                Some(leaves) if leaves.id() == id => leaves,
                Some(_) | None => {
                    let stored = ledger.tile(self.workspace, id).await.map_err(source.refuse(TILES.name))?;
                    if stored.is_empty() {
                        return Err(self.lost(ledger, source, id, &tile.hashes).await?.into());
                    }
                    self.parse(id, &stored)?
                }
            };
            let differing = stored.hashes().iter().zip(&tile.hashes).position(|(stored, computed)| stored != computed);
            if let Some(position) = differing {
                return Err(self.differs(id, position as u64).into());
            }
        }
        Ok(())
    }

    /// Finds a hash of the stored tile to differ from what the entries give.
    pub(super) fn differs_at(&self, index: u64) -> Finding {
        let id = full_tile(0, index / u64::from(TILE_WIDTH)).expect("invariant: an entry's tile exists");
        self.differs(id, index % u64::from(TILE_WIDTH))
    }

    /// Checks that no other tiles are stored than those that a log of `size` entries has.
    pub(super) async fn check_count(&self, ledger: &mut RawFile, source: Source<'_>, size: u64) -> Result<(), Trouble> {
        let expected = TileId::completed(0, size).count();
        if usize::try_from(ledger.count_tiles(self.workspace).await.map_err(source.refuse(TILES.name))?) == Ok(expected)
        {
            return Ok(());
        }
        let is_expected = |level: &Value, index: &Value| {
            let (Value::Integer(level), Value::Integer(index)) = (level, index) else { return false };
            let (Ok(level), Ok(index)) = (u8::try_from(*level), u64::try_from(*index)) else { return false };
            full_tile(level, index).is_some() && index < (size >> (8 * level)) / u64::from(TILE_WIDTH)
        };
        let ids = ledger.tile_ids(self.workspace).await.map_err(source.refuse(TILES.name))?;
        let odd = ids.iter().find(|(level, index)| !is_expected(level, index)).or(ids.last());
        let (level, tile_index) =
            odd.map_or_else(Default::default, |(level, index)| (level.to_string(), index.to_string()));
        let row = format!("workspace = '{}' AND level = {level} AND tile_index = {tile_index}", self.workspace.id());
        let fault = Fault::of_table(TILES, What::TileUnexpected { level, tile_index }).in_row(|| row);
        Err(fault.at(Extent::span(self.workspace.id(), 0, size)).into())
    }

    /// Looks for a tile that is not where it belongs.
    async fn lost(
        &self,
        ledger: &mut RawFile,
        source: Source<'_>,
        id: TileId,
        hashes: &[Hash],
    ) -> Result<Finding, Trouble> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let astray = ledger.tiles_holding(&bytes).await.map_err(source.refuse(TILES.name))?;
        let moved = astray.iter().find_map(|stray| self.changed_key(id, stray));
        let fault = moved.unwrap_or_else(|| {
            let what = What::TileCount { level: id.level(), tile_index: id.index(), found: 0 };
            Fault::of_table(TILES, what).in_row(|| self.row(id))
        });
        Ok(fault.at(self.leaves_under(id, 0..TILE_WIDTH.into())))
    }

    /// Says in which one column of its key a row differs from the tile that belongs here.
    fn changed_key(&self, id: TileId, stray: &StrayTile) -> Option<Fault> {
        let StrayTile { workspace, level, tile_index } = stray;
        let columns = [
            ("workspace", workspace, Value::Text(self.workspace.id().as_bytes().to_vec())),
            ("level", level, Value::Integer(id.level().into())),
            ("tile_index", tile_index, i64::try_from(id.index()).map_or(Value::Null, Value::Integer)),
        ];
        let mut differing = columns.iter().filter(|(_, found, expected)| *found != expected);
        let (Some((column, found, _)), None) = (differing.next(), differing.next()) else { return None };
        let fault = Typed::new(TILES, column).fault(What::RowElsewhere { found: found.to_string() });
        let row = format!("workspace = '{workspace}' AND level = {level} AND tile_index = {tile_index}");
        Some(fault.in_row(|| row))
    }

    fn parse(&self, id: TileId, stored: &[Value]) -> Result<Tile, Finding> {
        let at = |fault: Fault| fault.in_row(|| self.row(id)).at(self.leaves_under(id, 0..TILE_WIDTH.into()));
        let [hashes] = stored else {
            let what = What::TileCount { level: id.level(), tile_index: id.index(), found: stored.len() };
            return Err(at(Fault::of_table(TILES, what)));
        };
        let bytes: [u8; TILE_BYTES] = Typed::new(TILES, "hashes").array(hashes).map_err(at)?;
        Ok(Tile::from_bytes(id, &bytes).expect("invariant: these are the bytes of a full tile"))
    }

    fn differs(&self, id: TileId, position: u64) -> Finding {
        let fault = Typed::new(TILES, "hashes").fault(What::TileDiffers { level: id.level(), tile_index: id.index() });
        fault.in_row(|| self.row(id)).at(self.leaves_under(id, position..position + 1))
    }

    fn row(&self, id: TileId) -> String {
        row_of_tile(self.workspace.id(), id.level(), id.index())
    }

    /// Names the entries under the hashes at these positions of a tile.
    fn leaves_under(&self, id: TileId, positions: Range<u64>) -> Extent {
        let first = id.index() * u64::from(TILE_WIDTH);
        let shift = 8 * u32::from(id.level());
        Extent::span(self.workspace.id(), (first + positions.start) << shift, (first + positions.end) << shift)
    }
}

fn full_tile(level: u8, index: u64) -> Option<TileId> {
    TileId::new(level, index, TILE_WIDTH).ok()
}
