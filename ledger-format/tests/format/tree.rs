//! Tree and proofs against RFC 6962's vectors, an independent implementation, and forgeries.

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger_format::proof::Error;
use ledger_format::{
    ConsistencyProof, Frontier, Hash, InclusionProof, Subtree, empty_root, leaf_hash, node_hash, sha256,
};
use proptest::prelude::*;
use serde::Deserialize;
use sha2::Sha256;

use crate::log::Tree;

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

fn tree_of(size: u64) -> Tree {
    Tree::over((0..size).map(|index| leaf_hash(&leaf(index))))
}

fn joined(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}

#[derive(Deserialize)]
struct Rfc6962 {
    leaves: Vec<String>,
    roots: Vec<Hash>,
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    let vectors: Rfc6962 = serde_json::from_str(include_str!("../../testdata/rfc6962.json")).unwrap();
    assert_eq!(vectors.roots[0], empty_root());
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), vectors.roots[0]);
    for (leaf, root) in vectors.leaves.iter().zip(&vectors.roots[1..]) {
        frontier.append(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(frontier.root(), *root);
    }
    assert_eq!(frontier.size(), 8);
}

#[test]
fn a_leaf_and_a_node_of_the_same_bytes_differ() {
    let (left, right) = (sha256(&[b"left"]), sha256(&[b"right"]));
    let bytes = joined(&[left, right]);
    assert_ne!(leaf_hash(&bytes), node_hash(&left, &right));
    assert_eq!(node_hash(&left, &right), sha256(&[&[1], &bytes]));
    assert_eq!(leaf_hash(&bytes), sha256(&[&[0], &bytes]));
}

/// Roots and proofs of a tree equal those of the independent implementation.
fn agrees(oracle: &MemoryBackedTree<Sha256, Vec<u8>>, tree: &Tree, index: u64, old_size: u64) {
    let (size, root) = (tree.frontier.size(), tree.frontier.root());
    assert_eq!(oracle.root().as_bytes().as_slice(), root.as_bytes(), "root at {size}");

    let inclusion = InclusionProof::build(index, size, &tree.subtrees).unwrap();
    let expected = oracle.prove_inclusion(usize::try_from(index).unwrap());
    assert_eq!(joined(&inclusion.hashes), expected.as_bytes(), "inclusion of {index} in {size}");
    assert_eq!(inclusion.verify(leaf_hash(&leaf(index)), root), Ok(()));

    let consistency = ConsistencyProof::build(old_size, size, &tree.subtrees).unwrap();
    let expected = oracle.prove_consistency(usize::try_from(size - old_size).unwrap());
    assert_eq!(joined(&consistency.hashes), expected.as_bytes(), "consistency of {old_size} with {size}");
    let old_root = Frontier::load(old_size, &tree.subtrees).unwrap().root();
    assert_eq!(consistency.verify(old_root, root), Ok(()));
}

#[test]
fn every_tree_up_to_600_agrees_with_another_implementation() {
    let (mut oracle, mut tree) = (MemoryBackedTree::new(), Tree::default());
    for size in 1..=600_u64 {
        oracle.push(leaf(size - 1));
        tree.append(leaf_hash(&leaf(size - 1)));
        // A stride that is coprime to every size's halves visits all kinds of positions over the run.
        let spread = size.wrapping_mul(0x9e37_79b9) >> 7;
        for index in [0, size - 1, spread % size] {
            agrees(&oracle, &tree, index, index + 1);
        }
    }
}

#[test]
fn all_proofs_at_the_edge_of_a_tile_agree_with_another_implementation() {
    for size in [255, 256, 257] {
        let (mut oracle, mut tree) = (MemoryBackedTree::new(), Tree::default());
        for index in 0..size {
            oracle.push(leaf(index));
            tree.append(leaf_hash(&leaf(index)));
        }
        for index in 0..size {
            agrees(&oracle, &tree, index, index + 1);
        }
    }
}

#[test]
fn all_small_proofs_hold_and_name_the_subtrees_they_read() {
    let tree = tree_of(40);
    let fetch = |needed: Vec<Subtree>| -> BTreeMap<Subtree, Hash> {
        needed.into_iter().map(|subtree| (subtree, tree.subtrees[&subtree])).collect()
    };
    let root_at = |size| Frontier::load(size, &tree.subtrees).unwrap().root();
    for size in 1..=40 {
        for index in 0..size {
            let fetched = fetch(InclusionProof::subtrees(index, size).unwrap());
            let proof = InclusionProof::build(index, size, &fetched).unwrap();
            assert_eq!(proof.verify(leaf_hash(&leaf(index)), root_at(size)), Ok(()));
        }
        for old_size in 0..=size {
            let fetched = fetch(ConsistencyProof::subtrees(old_size, size).unwrap());
            let proof = ConsistencyProof::build(old_size, size, &fetched).unwrap();
            assert_eq!(proof.verify(root_at(old_size), root_at(size)), Ok(()));
        }
    }
}

/// Whoever signs a chain `H(H(H(a, b), c), d)` as a tree can not prove anything under it: a tree's proofs have another length.
#[test]
fn a_chain_of_hashes_does_not_pass_for_a_tree() {
    let leaves: Vec<Hash> = (0..64).map(|index| leaf_hash(&leaf(index))).collect();
    let chain = |size: usize| leaves[1..size].iter().fold(leaves[0], |chain, leaf| node_hash(&chain, leaf));
    for size in 4..=leaves.len() {
        // What the chain's owner would show for its last leaf: all the others, and that leaf.
        let (index, root) = (size as u64 - 1, chain(size));
        let fake = InclusionProof { index, size: size as u64, hashes: vec![chain(size - 1)] };
        let holds = fake.verify(leaves[size - 1], root);
        // Where the last leaf stands alone at the right edge, a tree has the same form.
        if index.is_power_of_two() {
            assert_eq!(holds, Ok(()), "size {size}");
        } else {
            assert!(holds.is_err_and(|error| is_wrong_length(&error)), "size {size}");
        }
        // And for its first: each of the others in turn.
        let fake = InclusionProof { index: 0, size: size as u64, hashes: leaves[1..size].to_vec() };
        assert!(fake.verify(leaves[0], root).is_err_and(|error| is_wrong_length(&error)), "size {size}");
    }
}

#[test]
fn a_frontier_is_rebuilt_from_its_stored_edge_and_grows_on() {
    let whole = tree_of(300).frontier;
    for size in [0, 1, 7, 255, 256, 299] {
        let before = tree_of(size).frontier;
        let mut rebuilt = Frontier::from_right_edge(size, before.hashes().to_vec()).unwrap();
        assert_eq!(rebuilt, before);
        (size..300).for_each(|index| rebuilt.append(leaf_hash(&leaf(index))));
        assert_eq!(rebuilt, whole);
    }
    let refused = Frontier::from_right_edge(3, whole.hashes()[..1].to_vec()).unwrap_err();
    assert_eq!((refused.expected, refused.found), (2, 1));
}

#[test]
fn an_append_tells_of_each_subtree_it_completes() {
    let mut frontier = tree_of(7).frontier;
    let mut completed = Vec::new();
    frontier.append_with(leaf_hash(&leaf(7)), |subtree, _| completed.push((subtree.level, subtree.index)));
    assert_eq!(completed, [(0, 7), (1, 3), (2, 1), (3, 0)]);
}

#[test]
fn impossible_proofs_are_refused_not_built() {
    let tree = tree_of(5);
    let outside = Error::IndexOutside { index: 5, size: 5 };
    assert_eq!(InclusionProof::subtrees(5, 5), Err(outside.clone()));
    assert_eq!(InclusionProof { index: 5, size: 5, hashes: vec![] }.verify(empty_root(), empty_root()), Err(outside));
    assert!(InclusionProof::subtrees(0, 0).is_err());
    let reversed = Error::SizesReversed { old_size: 6, new_size: 5 };
    assert_eq!(ConsistencyProof::subtrees(6, 5), Err(reversed));
    assert!(InclusionProof::build(0, 6, &tree.subtrees).is_err(), "the tree has no sixth leaf");
}

#[test]
fn the_empty_tree_and_the_same_tree_need_no_hashes() {
    let root = tree_of(5).frontier.root();
    let from_empty = ConsistencyProof { old_size: 0, new_size: 5, hashes: vec![] };
    assert_eq!(from_empty.verify(empty_root(), root), Ok(()));
    assert!(matches!(from_empty.verify(root, root), Err(Error::OldRootDiffers { .. })));
    let nothing = ConsistencyProof { old_size: 0, new_size: 0, hashes: vec![] };
    assert_eq!(nothing.verify(empty_root(), empty_root()), Ok(()));
    assert!(matches!(nothing.verify(empty_root(), root), Err(Error::OldRootDiffers { .. })), "two roots for one size");
    let same = ConsistencyProof { old_size: 5, new_size: 5, hashes: vec![] };
    assert_eq!(same.verify(root, root), Ok(()));
    assert!(matches!(same.verify(empty_root(), root), Err(Error::OldRootDiffers { .. })));
    let padded = ConsistencyProof { hashes: vec![root], ..same };
    assert_eq!(padded.verify(root, root), Err(Error::WrongLength { expected: 0, found: 1 }));
}

/// Every proof that differs from `hashes` in one bit, or is one hash longer or shorter.
fn forgeries(hashes: &[Hash]) -> Vec<Vec<Hash>> {
    let mut forgeries = vec![[hashes, &[empty_root()]].concat(), [&[empty_root()], hashes].concat()];
    for at in 0..hashes.len() {
        let mut shorter = hashes.to_vec();
        shorter.remove(at);
        forgeries.push(shorter);
        for bit in 0..256 {
            let mut flipped = hashes.to_vec();
            flipped[at] = flip(hashes[at], bit);
            forgeries.push(flipped);
        }
    }
    forgeries
}

fn is_wrong_length(error: &Error) -> bool {
    matches!(error, Error::WrongLength { .. })
}

fn flip(hash: Hash, bit: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash::new(bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_forged_inclusion_proof_holds(size in 1..600_u64, at in any::<prop::sample::Index>(), bit in 0..256_usize) {
        let tree = tree_of(size);
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let (hash, root) = (leaf_hash(&leaf(index)), tree.frontier.root());
        let proof = InclusionProof::build(index, size, &tree.subtrees).unwrap();
        prop_assert_eq!(proof.verify(hash, root), Ok(()));
        prop_assert!(proof.verify(flip(hash, bit), root).is_err());
        prop_assert!(proof.verify(hash, flip(root, bit)).is_err());
        for hashes in forgeries(&proof.hashes) {
            let forged = InclusionProof { hashes, ..proof };
            let refused = forged.verify(hash, root).unwrap_err();
            prop_assert_eq!(is_wrong_length(&refused), forged.hashes.len() != proof.hashes.len());
        }
        for index in (0..size).filter(|other| *other != index) {
            let moved = InclusionProof { index, ..proof.clone() };
            prop_assert!(moved.verify(hash, root).is_err(), "also stands at {}", index);
        }
    }

    #[test]
    fn no_forged_consistency_proof_holds(size in 1..600_u64, at in any::<prop::sample::Index>(), bit in 0..256_usize) {
        let tree = tree_of(size);
        let old_size = at.index(usize::try_from(size).unwrap()) as u64 + 1;
        let old_root = Frontier::load(old_size, &tree.subtrees).unwrap().root();
        let root = tree.frontier.root();
        let proof = ConsistencyProof::build(old_size, size, &tree.subtrees).unwrap();
        prop_assert_eq!(proof.verify(old_root, root), Ok(()));
        prop_assert!(proof.verify(flip(old_root, bit), root).is_err());
        prop_assert!(proof.verify(old_root, flip(root, bit)).is_err());
        for hashes in forgeries(&proof.hashes) {
            let forged = ConsistencyProof { hashes, ..proof };
            let refused = forged.verify(old_root, root).unwrap_err();
            prop_assert_eq!(is_wrong_length(&refused), forged.hashes.len() != proof.hashes.len());
        }
    }

    #[test]
    fn a_rewritten_leaf_breaks_consistency(size in 2..600_u64, at in any::<prop::sample::Index>()) {
        let old_size = at.index(usize::try_from(size - 1).unwrap()) as u64 + 1;
        let seen = tree_of(old_size).frontier.root();
        let rewritten = Tree::over((0..size).map(|index| {
            leaf_hash(&if index == old_size - 1 { b"rewritten".to_vec() } else { leaf(index) })
        }));
        let proof = ConsistencyProof::build(old_size, size, &rewritten.subtrees).unwrap();
        let refused = proof.verify(seen, rewritten.frontier.root());
        prop_assert!(refused.is_err());
    }
}
