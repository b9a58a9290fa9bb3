use ledger_format::{Frontier, Hash, Tile, TileId};

use super::{FullTile, Head, PartialTiles};

/// The growing edge of one log: its right-most hashes and the tiles that are not full yet.
#[derive(Debug, Clone, Default)]
pub struct RightEdge {
    frontier: Frontier,
    partial: PartialTiles,
}

impl RightEdge {
    /// Rebuilds the edge of a log of `size` entries from its partial tiles ([`TileId::partial`]).
    ///
    /// # Panics
    /// When the tiles are not those of that size.
    pub fn from_partial_tiles(size: u64, tiles: &[Tile]) -> Self {
        assert!(
            TileId::partial(size).eq(tiles.iter().map(Tile::id)),
            "L-1: the edge of `{size}` entries is made of its partial tiles"
        );
        let hashes = Frontier::right_edge(size)
            .map(|subtree| tiles.iter().find_map(|tile| tile.hash(subtree)))
            .collect::<Option<Vec<_>>>()
            .expect("invariant: each hash of the right edge follows from the partial tile of its level");
        let frontier = Frontier::from_right_edge(size, hashes).expect("invariant: one hash a binary one of the size");
        Self { frontier, partial: PartialTiles::of(tiles) }
    }

    /// Returns size and root.
    pub fn head(&self) -> Head {
        Head::of(&self.frontier)
    }

    /// Returns the number of entries.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Appends a leaf hash; adds the tiles that it makes full, lower levels first.
    pub fn append(&mut self, leaf_hash: Hash, full: &mut Vec<FullTile>) {
        let Self { frontier, partial } = self;
        frontier.append_with(leaf_hash, |subtree, hash| full.extend(partial.push(subtree, hash)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use ledger_format::{HashReader, Subtree, TILE_WIDTH, leaf_hash};

    use super::*;

    /// Every hash of a tree, kept: the plainest reader there is.
    #[derive(Default)]
    struct Everything(HashMap<Subtree, Hash>);

    impl HashReader for Everything {
        type Error = std::convert::Infallible;

        fn hash(&self, subtree: Subtree) -> Result<Hash, Self::Error> {
            Ok(self.0[&subtree])
        }
    }

    #[test]
    fn an_edge_rebuilt_at_any_size_goes_on_as_the_one_that_grew() {
        const LAST: u64 = 66_000;
        let mut everything = Everything::default();
        let mut plain = Frontier::new();
        let mut grown = RightEdge::default();
        let mut full = Vec::new();
        for index in 0..LAST {
            let hash = leaf_hash(&index.to_be_bytes());
            plain.append_with(hash, |subtree, hash| {
                everything.0.insert(subtree, hash);
            });
            grown.append(hash, &mut full);
            if [0, 1, 254, 255, 256, 65_534, 65_535, 65_536].contains(&index) {
                let size = index + 1;
                let tiles: Vec<Tile> =
                    TileId::partial(size).map(|id| Tile::build(id, &everything).expect("kept")).collect();
                let rebuilt = RightEdge::from_partial_tiles(size, &tiles);
                assert_eq!(rebuilt.head(), Head::of(&plain));
                assert_eq!(rebuilt.frontier, grown.frontier);
                assert_eq!(rebuilt.partial, grown.partial);
            }
        }
        let named: Vec<(u8, u64)> = full.iter().map(|tile| (tile.level, tile.index)).collect();
        let mut expected: Vec<(u8, u64)> = TileId::completed(0, LAST).map(|id| (id.level(), id.index())).collect();
        assert_eq!(named.len(), expected.len());
        expected.sort_unstable();
        let mut sorted = named;
        sorted.sort_unstable();
        assert_eq!(sorted, expected);
        for tile in &full {
            let id = TileId::new(tile.level, tile.index, TILE_WIDTH).expect("a tile");
            assert_eq!(Tile::build(id, &everything).expect("kept").hashes(), tile.hashes);
        }
    }
}
