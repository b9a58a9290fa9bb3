//! Tiles: the arithmetic of C2SP tlog-tiles, against its worked example and against plain counting.

use std::collections::BTreeSet;

use ledger_format::tile::Error;
use ledger_format::{Frontier, Hash, HashReader, InclusionProof, Subtree, TILE_WIDTH, Tile, TileId, leaf_hash};
use proptest::prelude::*;

use crate::log::Tree;

fn tree_of(size: u64) -> Tree {
    Tree::over((0..size).map(|index| leaf_hash(&index.to_be_bytes())))
}

fn names(tiles: impl Iterator<Item = TileId>) -> Vec<String> {
    tiles.map(|tile| tile.to_string()).collect()
}

#[test]
fn a_tree_of_70000_has_the_tiles_of_the_specification() {
    let full: Vec<TileId> = TileId::completed(0, 70_000).collect();
    assert_eq!(full.iter().filter(|tile| tile.level() == 0).count(), 273);
    assert_eq!(names(full.into_iter().filter(|tile| tile.level() > 0)), ["tile/1/000"]);
    assert_eq!(names(TileId::partial(70_000)), ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
}

#[test]
fn a_tree_of_256_has_one_full_tile_and_one_hash_above_it() {
    assert_eq!(names(TileId::completed(255, 256)), ["tile/0/000"]);
    assert_eq!(names(TileId::partial(255)), ["tile/0/000.p/255"]);
    assert_eq!(names(TileId::partial(256)), ["tile/1/000.p/1"]);
    assert_eq!(names(TileId::partial(257)), ["tile/0/001.p/1", "tile/1/000.p/1"]);
    assert_eq!(names(TileId::partial(0)), Vec::<String>::new());
}

#[test]
fn paths_group_the_index_by_thousands() {
    let path = |index, width| TileId::new(0, index, width).unwrap().to_string();
    assert_eq!(path(0, 256), "tile/0/000");
    assert_eq!(path(999, 256), "tile/0/999");
    assert_eq!(path(1000, 256), "tile/0/x001/000");
    assert_eq!(path(1_234_067, 8), "tile/0/x001/x234/067.p/8");
}

#[test]
fn impossible_tiles_have_no_name() {
    assert_eq!(TileId::new(8, 0, 1), Err(Error::NoSuchTile { level: 8, index: 0 }));
    assert_eq!(TileId::new(7, 1, 1), Err(Error::NoSuchTile { level: 7, index: 1 }));
    assert_eq!(TileId::new(0, 1 << 56, 1), Err(Error::NoSuchTile { level: 0, index: 1 << 56 }));
    assert!(TileId::new(0, (1 << 56) - 1, 1).is_ok());
    assert_eq!(TileId::new(0, 0, 0), Err(Error::Width { found: 0 }));
    assert_eq!(TileId::new(0, 0, 257), Err(Error::Width { found: 257 }));
}

#[test]
fn every_subtree_follows_from_the_tile_that_holds_it() {
    for size in [1, 255, 256, 257, 600] {
        let tree = tree_of(size);
        for (&subtree, &hash) in &tree.subtrees {
            let tile = Tile::build(TileId::holding(subtree, size).unwrap(), &tree.subtrees).unwrap();
            assert_eq!(tile.hash(subtree), Some(hash), "{subtree:?} at size {size}");
        }
        let beyond = Subtree::leaf(size);
        assert_eq!(TileId::holding(beyond, size), None);
    }
}

#[test]
fn a_full_tile_gives_the_hash_of_the_tile_above() {
    let tree = tree_of(600);
    let below: Vec<Tile> = TileId::completed(0, 600).map(|tile| Tile::build(tile, &tree.subtrees).unwrap()).collect();
    let above = Tile::build(TileId::new(1, 0, 2).unwrap(), &tree.subtrees).unwrap();
    assert_eq!(below.iter().map(|tile| tile.root().unwrap()).collect::<Vec<_>>(), above.hashes());
    assert_eq!(above.root(), None);
}

#[test]
fn a_tile_gives_no_hash_that_is_not_its_own() {
    let tree = tree_of(600);
    let tile = Tile::build(TileId::new(0, 1, 256).unwrap(), &tree.subtrees).unwrap();
    let outside = [
        Subtree::leaf(255),
        Subtree::leaf(512),
        Subtree { level: 9, index: 0 },
        Subtree { level: 8, index: 0 },
        Subtree { level: 8, index: u64::MAX },
        Subtree { level: 8, index: (1 << 56) + 1 },
        Subtree { level: 255, index: 0 },
    ];
    for subtree in outside {
        assert_eq!(tile.hash(subtree), None, "{subtree:?}");
    }
    assert_eq!(tile.hash(Subtree { level: 8, index: 1 }), tile.root());
}

#[test]
fn tiles_survive_their_bytes_and_refuse_others() {
    let tree = tree_of(300);
    let id = TileId::holding(Subtree::leaf(299), 300).unwrap();
    let tile = Tile::build(id, &tree.subtrees).unwrap();
    let bytes = tile.to_bytes();
    assert_eq!(bytes.len(), 44 * 32);
    assert_eq!(Tile::from_bytes(id, &bytes).unwrap(), tile);
    for wrong in [&bytes[..0], &bytes[1..], &bytes[32..], &[&bytes[..], &[0; 32]].concat()] {
        assert_eq!(Tile::from_bytes(id, wrong), Err(Error::Length { expected: 44 * 32, found: wrong.len() }));
    }
}

/// Reads hashes from tiles alone, as a client of the static files does.
struct FromTiles {
    tree: Tree,
    size: u64,
}

impl HashReader for FromTiles {
    type Error = String;

    fn hash(&self, subtree: Subtree) -> Result<Hash, String> {
        let id = TileId::holding(subtree, self.size).ok_or("outside")?;
        let stored = Tile::build(id, &self.tree.subtrees).map_err(|error| error.to_string())?;
        let tile = Tile::from_bytes(id, &stored.to_bytes()).map_err(|error| error.to_string())?;
        tile.hash(subtree).ok_or_else(|| "not in its tile".to_owned())
    }
}

#[test]
fn proofs_and_roots_can_be_built_from_tiles_alone() {
    for size in [255, 256, 257, 513] {
        let tree = tree_of(size);
        let root = tree.frontier.root();
        let tiles = FromTiles { tree, size };
        assert_eq!(Frontier::load(size, &tiles).unwrap().root(), root);
        for index in (0..size).step_by(37) {
            let proof = InclusionProof::build(index, size, &tiles).unwrap();
            assert_eq!(proof.verify(leaf_hash(&index.to_be_bytes()), root), Ok(()));
        }
    }
}

proptest! {
    #[test]
    fn growing_completes_each_full_tile_once(mut sizes in prop::collection::vec(0..200_000_u64, 1..6)) {
        sizes.sort_unstable();
        let last = sizes[sizes.len() - 1];
        let mut from = 0;
        let mut completed = BTreeSet::new();
        for size in sizes {
            for tile in TileId::completed(from, size) {
                prop_assert!(completed.insert(tile), "{} twice", tile);
            }
            from = size;
        }
        prop_assert_eq!(completed, TileId::completed(0, last).collect::<BTreeSet<_>>());
    }

    #[test]
    fn full_and_partial_tiles_hold_every_leaf_once(size in 0..200_000_u64) {
        let leaves: u64 = TileId::completed(0, size)
            .chain(TileId::partial(size))
            .filter(|tile| tile.level() == 0)
            .map(|tile| u64::from(tile.width()))
            .sum();
        prop_assert_eq!(leaves, size);
        prop_assert!(TileId::partial(size).all(|tile| tile.width() < TILE_WIDTH && !tile.is_full()));
    }

    #[test]
    fn the_holding_tile_starts_at_or_before_the_subtree(level in 0..64_u8, index in any::<u64>(), size in any::<u64>()) {
        let subtree = Subtree { level, index };
        match TileId::holding(subtree, size) {
            None => prop_assert!(!subtree.is_within(size)),
            Some(tile) => {
                prop_assert!(TileId::new(tile.level(), tile.index(), tile.width()).is_ok());
                prop_assert_eq!(tile.level(), level / 8);
                let first = tile.subtrees().next().unwrap();
                let within = u128::from(index) << (level % 8);
                prop_assert!(u128::from(first.index) <= within && within < u128::from(first.index) + 256);
            }
        }
    }
}
