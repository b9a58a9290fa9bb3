//! Three trees grown side by side: ours, that of `ct-merkle`, and that of `tlog_tiles` with its tiles.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger_format::{ConsistencyProof, Hash, InclusionProof, Tile, TileId, leaf_hash};
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::{HashReader, prove_record, prove_tree, stored_hashes, tree_hash};

use crate::log::Tree;

const TILE_HEIGHT: u8 = 8;

/// The hashes that `tlog_tiles` stores, by its own numbering.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|&index| self.0[usize::try_from(index).unwrap()]).collect())
    }
}

#[derive(Default)]
struct Trees {
    ours: Tree,
    ct_merkle: MemoryBackedTree<Sha256, Vec<u8>>,
    tlog_tiles: Stored,
}

impl Trees {
    fn append(&mut self, leaf: Vec<u8>) {
        let size = self.ours.frontier.size();
        let stored = stored_hashes(size, &leaf, &self.tlog_tiles).unwrap();
        self.tlog_tiles.0.extend(stored);
        self.ours.append(leaf_hash(&leaf));
        self.ct_merkle.push(leaf);
    }

    fn grow_to(&mut self, size: u64) {
        (self.ours.frontier.size()..size).for_each(|index| self.append(index.to_be_bytes().to_vec()));
    }

    fn agree_on_root(&self) {
        let (size, root) = (self.ours.frontier.size(), self.ours.frontier.root());
        assert_eq!(self.ct_merkle.root().as_bytes().as_slice(), root.as_bytes(), "ct-merkle, root at {size}");
        assert_eq!(tree_hash(size, &self.tlog_tiles).unwrap().0, *root.as_bytes(), "tlog_tiles, root at {size}");
    }

    /// Names and bytes of the tiles that a tree of this size has more than one of `old_size`.
    fn agree_on_tiles(&self, old_size: u64) {
        let size = self.ours.frontier.size();
        let theirs = tlog_tiles::Tile::new_tiles(TILE_HEIGHT, old_size, size);
        let theirs = theirs.iter().map(|tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            (path, tile.read_data(&self.tlog_tiles).unwrap())
        });
        let full = TileId::completed(old_size, size);
        // A partial tile that the old tree had already is none that is new.
        let partial = TileId::partial(size).filter(|tile| TileId::partial(old_size).all(|old| old != *tile));
        let ours = full.chain(partial).map(|id| {
            let tile = Tile::build(id, &self.ours.subtrees).unwrap();
            (id.to_string(), tile.to_bytes())
        });
        let (mut ours, mut theirs): (Vec<_>, Vec<_>) = (ours.collect(), theirs.collect());
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "tiles from {old_size} to {size}");
    }
}

fn bytes(hashes: &[tlog_tiles::Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| hash.0).collect()
}

fn our_bytes(hashes: &[Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn three_implementations_agree_on_every_root_up_to_2000() {
    let mut trees = Trees::default();
    for size in 1..=2_000 {
        trees.grow_to(size);
        trees.agree_on_root();
    }
}

#[test]
fn three_implementations_agree_at_the_edges_of_tiles() {
    let mut trees = Trees::default();
    let mut old_size = 0;
    for size in [255, 256, 257, 65_535, 65_536, 65_537] {
        trees.grow_to(size);
        trees.agree_on_root();
        trees.agree_on_tiles(old_size);
        old_size = size;
    }
}

#[test]
fn all_proofs_up_to_300_are_those_of_tlog_tiles() {
    let mut trees = Trees::default();
    for size in 1..=300 {
        trees.grow_to(size);
        let theirs = &trees.tlog_tiles;
        for index in 0..size {
            let ours = InclusionProof::build(index, size, &trees.ours.subtrees).unwrap();
            let expected = prove_record(size, index, theirs).unwrap();
            assert_eq!(our_bytes(&ours.hashes), bytes(&expected), "inclusion of {index} in {size}");
            let ours = ConsistencyProof::build(index + 1, size, &trees.ours.subtrees).unwrap();
            let expected = prove_tree(size, index + 1, theirs).unwrap();
            assert_eq!(our_bytes(&ours.hashes), bytes(&expected), "consistency of {} with {size}", index + 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn random_trees_have_the_same_roots_and_tiles(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..2_000),
        at in any::<prop::sample::Index>(),
    ) {
        let old_size = at.index(leaves.len());
        let mut trees = Trees::default();
        for leaf in leaves {
            trees.append(leaf);
        }
        trees.agree_on_root();
        trees.agree_on_tiles(old_size as u64);
    }
}
