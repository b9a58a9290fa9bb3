use std::ops::{Range, RangeInclusive};

use countersign_api::name::Workspace;
use ledger_format::{HASH_BYTES, Hash, Subtree, TILE_WIDTH, Tile, TileId};

use super::{Error, Finding, What, typed::Typed};
use crate::{
    log::{FullTile, PartialTiles},
    store::raw::{RawFile, Value},
};

const TABLE: &str = "tiles";
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
        refuse: &impl Fn(sqlx::Error) -> Error,
        index: u64,
    ) -> Result<(), Error> {
        let Some(id) = full_tile(0, index / u64::from(TILE_WIDTH)) else { return Ok(()) };
        let stored = ledger.tile(self.workspace, id).await.map_err(refuse)?;
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
    pub(super) async fn compare_full(
        &mut self,
        ledger: &mut RawFile,
        refuse: &impl Fn(sqlx::Error) -> Error,
    ) -> Result<(), Error> {
        for tile in std::mem::take(&mut self.full) {
            let id = full_tile(tile.level, tile.index).expect("invariant: the tree names tiles that exist");
            let stored = match self.leaves.take() {
                Some(leaves) if leaves.id() == id => leaves,
                Some(_) | None => self.parse(id, &ledger.tile(self.workspace, id).await.map_err(refuse)?)?,
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
    pub(super) async fn check_count(
        &self,
        ledger: &mut RawFile,
        refuse: &impl Fn(sqlx::Error) -> Error,
        size: u64,
    ) -> Result<(), Error> {
        let expected = TileId::completed(0, size).count();
        if usize::try_from(ledger.count_tiles(self.workspace).await.map_err(refuse)?) == Ok(expected) {
            return Ok(());
        }
        let is_expected = |level: &Value, index: &Value| {
            let (Value::Integer(level), Value::Integer(index)) = (level, index) else { return false };
            let (Ok(level), Ok(index)) = (u8::try_from(*level), u64::try_from(*index)) else { return false };
            full_tile(level, index).is_some() && index < (size >> (8 * level)) / u64::from(TILE_WIDTH)
        };
        let ids = ledger.tile_ids(self.workspace).await.map_err(refuse)?;
        let odd = ids.iter().find(|(level, index)| !is_expected(level, index)).or(ids.last());
        let (level, tile_index) =
            odd.map_or_else(Default::default, |(level, index)| (level.to_string(), index.to_string()));
        let what = What::TileUnexpected { level, tile_index };
        Err(Finding::of_log(self.workspace.id(), what).in_column(TABLE, "tile_index").into())
    }

    fn parse(&self, id: TileId, stored: &[Value]) -> Result<Tile, Finding> {
        let at = |finding: Finding| finding.or_at(self.workspace.id(), leaves_under(id, 0..TILE_WIDTH.into()));
        let [hashes] = stored else {
            let what = What::TileCount { level: id.level(), tile_index: id.index(), found: stored.len() };
            return Err(at(Typed::new(TABLE, "tile_index").finding(what)));
        };
        let bytes: [u8; TILE_BYTES] = Typed::new(TABLE, "hashes").array(hashes).map_err(at)?;
        Ok(Tile::from_bytes(id, &bytes).expect("invariant: these are the bytes of a full tile"))
    }

    fn differs(&self, id: TileId, position: u64) -> Finding {
        let what = What::TileDiffers { level: id.level(), tile_index: id.index() };
        Finding::of_entries(self.workspace.id(), leaves_under(id, position..position + 1), what)
    }
}

/// Names the entries under the hashes at these positions of a tile.
fn leaves_under(id: TileId, positions: Range<u64>) -> RangeInclusive<u64> {
    let first = id.index() * u64::from(TILE_WIDTH);
    let shift = 8 * u32::from(id.level());
    (first + positions.start) << shift..=((first + positions.end) << shift) - 1
}

fn full_tile(level: u8, index: u64) -> Option<TileId> {
    TileId::new(level, index, TILE_WIDTH).ok()
}
