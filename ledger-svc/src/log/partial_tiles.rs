use ledger_format::{Hash, Subtree, TILE_WIDTH, Tile};

/// Levels of the tree that one tile spans.
const TILE_LEVELS: u8 = 8;
const _: () = assert!(1 << TILE_LEVELS == TILE_WIDTH);

/// Tile levels of the largest tree.
const LEVELS: usize = 8;

/// The tiles of a growing tree that are not full yet: at most 255 hashes each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartialTiles {
    levels: [Vec<Hash>; LEVELS],
}

/// A tile that has just become full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Tile level, from 0 for leaf hashes.
    pub level: u8,
    /// Position within the level.
    pub index: u64,
    /// Its 256 hashes, from the left.
    pub hashes: Vec<Hash>,
}

impl PartialTiles {
    /// Starts from tiles that are not full.
    pub(super) fn of(tiles: &[Tile]) -> Self {
        let mut partial = Self::default();
        for tile in tiles {
            partial.levels[usize::from(tile.id().level())] = tile.hashes().to_vec();
        }
        partial
    }

    /// Takes a subtree that has just been completed, in the order in which a tree completes them; returns the tile that it makes
    /// full, if it does. Most subtrees stand in no tile.
    pub fn push(&mut self, subtree: Subtree, hash: Hash) -> Option<FullTile> {
        if !subtree.level.is_multiple_of(TILE_LEVELS) {
            return None;
        }
        let level = subtree.level / TILE_LEVELS;
        let hashes = &mut self.levels[usize::from(level)];
        hashes.push(hash);
        let is_full = hashes.len() == usize::from(TILE_WIDTH);
        is_full.then(|| FullTile {
            level,
            index: subtree.index / u64::from(TILE_WIDTH),
            hashes: std::mem::take(hashes),
        })
    }
}
