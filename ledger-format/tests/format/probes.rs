//! Every proof up to 300 leaves, and around each the probes by which transparency-dev/merkle tests its verifiers: what it
//! takes for granted that a verifier refuses.

use ledger_format::{ConsistencyProof, Frontier, Hash, InclusionProof, empty_root, leaf_hash, sha256};

use crate::log::Tree;

const SIZE_MAX: u64 = 300;

/// A tree, and its root at each size.
struct Grown {
    tree: Tree,
    roots: Vec<Hash>,
}

impl Grown {
    fn new() -> Self {
        let tree = Tree::over((0..SIZE_MAX).map(leaf));
        let roots = (0..=SIZE_MAX).map(|size| Frontier::load(size, &tree.subtrees).unwrap().root()).collect();
        Self { tree, roots }
    }

    fn root(&self, size: u64) -> Hash {
        self.roots[usize::try_from(size).unwrap()]
    }
}

fn leaf(index: u64) -> Hash {
    leaf_hash(&index.to_be_bytes())
}

fn garbage() -> Hash {
    sha256(&[b"garbage"])
}

/// Proofs that have each hash changed in one bit, these hashes before, behind and between, or one hash less.
fn altered(hashes: &[Hash], strangers: &[Hash]) -> Vec<Vec<Hash>> {
    let mut altered = Vec::new();
    for at in 0..hashes.len() {
        let mut bytes = *hashes[at].as_bytes();
        bytes[0] ^= 1 << 3;
        let mut flipped = hashes.to_vec();
        flipped[at] = Hash::new(bytes);
        altered.push(flipped);
    }
    for stranger in strangers {
        altered.push([hashes, &[*stranger]].concat());
        altered.push([&[*stranger], hashes].concat());
    }
    if let Some((first, rest)) = hashes.split_first() {
        altered.push([&[*first, garbage()], rest].concat());
        altered.push([&[*first, *first], rest].concat());
        altered.push(hashes[..rest.len()].to_vec());
        altered.push(Vec::new());
    }
    altered
}

#[test]
fn every_inclusion_proof_holds_and_no_probe_around_it_does() {
    let grown = Grown::new();
    for size in 1..=SIZE_MAX {
        let root = grown.root(size);
        for index in 0..size {
            let proof = InclusionProof::build(index, size, &grown.tree.subtrees).unwrap();
            let hash = leaf(index);
            assert_eq!(proof.verify(hash, root), Ok(()), "{index} in {size}");
            for moved in [index.wrapping_sub(1), index + 1, index ^ 2] {
                let probe = InclusionProof { index: moved, ..proof.clone() };
                assert!(probe.verify(hash, root).is_err(), "{index} in {size}, said to be {moved}");
            }
            for other in [size * 2, size / 2, 0] {
                let probe = InclusionProof { size: other, ..proof.clone() };
                assert!(probe.verify(hash, root).is_err(), "{index} in {size}, said to be in {other}");
            }
            for other in [garbage(), empty_root()] {
                assert!(proof.verify(other, root).is_err(), "another leaf at {index} in {size}");
                assert!(proof.verify(hash, other).is_err(), "{index} in {size} under another root");
            }
            for hashes in altered(&proof.hashes, &[garbage(), root]) {
                let probe = InclusionProof { hashes, ..proof };
                assert!(probe.verify(hash, root).is_err(), "{index} in {size} with {:?}", probe.hashes);
            }
        }
    }
}

#[test]
fn every_consistency_proof_holds_and_no_probe_around_it_does() {
    let grown = Grown::new();
    for new_size in 1..=SIZE_MAX {
        let new_root = grown.root(new_size);
        for old_size in 1..=new_size {
            let proof = ConsistencyProof::build(old_size, new_size, &grown.tree.subtrees).unwrap();
            let old_root = grown.root(old_size);
            let place = format!("{old_size} with {new_size}");
            assert_eq!(proof.verify(old_root, new_root), Ok(()), "{place}");
            for other in [old_size - 1, old_size + 1, old_size ^ 2, 0] {
                let probe = ConsistencyProof { old_size: other, ..proof.clone() };
                assert!(probe.verify(old_root, new_root).is_err(), "{place}, said to be of {other}");
            }
            for other in [new_size * 2, new_size / 2, 0] {
                let probe = ConsistencyProof { new_size: other, ..proof.clone() };
                assert!(probe.verify(old_root, new_root).is_err(), "{place}, said to be with {other}");
            }
            for other in [garbage(), empty_root()] {
                assert!(proof.verify(other, new_root).is_err(), "{place}, from another root");
                assert!(proof.verify(old_root, other).is_err(), "{place}, to another root");
            }
            if old_size < new_size {
                assert!(proof.verify(new_root, old_root).is_err(), "{place}, roots swapped");
            }
            for hashes in altered(&proof.hashes, &[garbage(), old_root, new_root]) {
                let probe = ConsistencyProof { hashes, ..proof };
                assert!(probe.verify(old_root, new_root).is_err(), "{place} with {:?}", probe.hashes);
            }
        }
    }
}

/// The probes that go with no tree: `(old size, new size, roots agree, hashes)`.
#[test]
fn proofs_between_trees_that_are_none_are_refused() {
    let (one, two, empty) = (garbage(), sha256(&[b"other"]), empty_root());
    for (index, size) in [(0, 0), (1, 0), (2, 1), (1, 1), (u64::MAX, 1)] {
        for (hash, root) in [(one, empty), (empty, empty), (one, one), (empty, one)] {
            let probe = InclusionProof { index, size, hashes: Vec::new() };
            assert!(probe.verify(hash, root).is_err(), "{index} in {size}");
        }
    }
    assert!(InclusionProof { index: 0, size: 1, hashes: Vec::new() }.verify(one, two).is_err());
    for (old_size, new_size, old_root, new_root, hashes) in [
        (0, 0, one, two, vec![]),
        (0, 0, empty, one, vec![]),
        (0, 0, one, empty, vec![]),
        (0, 0, one, one, vec![]),
        (0, 0, empty, empty, vec![one]),
        (0, 1, one, two, vec![]),
        (0, 1, empty, two, vec![two]),
        (1, 0, one, empty, vec![]),
        (1, 1, one, two, vec![]),
        (1, 1, one, one, vec![one]),
        (1, 2, one, two, vec![]),
        (2, 1, two, one, vec![]),
        (2, 1, two, one, vec![one]),
    ] {
        let probe = ConsistencyProof { old_size, new_size, hashes };
        assert!(probe.verify(old_root, new_root).is_err(), "{probe:?}");
    }
}
