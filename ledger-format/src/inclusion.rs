//! Inclusion proofs: this leaf stands at this index of the tree with this root (RFC 6962, section 2.1.1).

use crate::hash::Hash;
use crate::proof::{BuildError, Climb, Error, LeafRange, Side, read_all};
use crate::subtree::{HashReader, Subtree};
use crate::tree::node_hash;

/// The hashes that lead from a leaf to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Position of the leaf, from 0.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<Hash>,
}

impl InclusionProof {
    /// Builds the proof for the leaf at `index` in the tree of `size` leaves.
    ///
    /// # Errors
    ///
    /// Refuses an index outside the tree; passes on what the reader says.
    pub fn build<R: HashReader>(index: u64, size: u64, reader: &R) -> Result<Self, BuildError<R::Error>> {
        let hashes = read_all(&path(index, size)?, reader)?;
        Ok(Self { index, size, hashes })
    }

    /// Names every subtree that [`InclusionProof::build`] will read, so that a store can fetch them at once.
    ///
    /// # Errors
    ///
    /// Refuses an index outside the tree.
    pub fn subtrees(index: u64, size: u64) -> Result<Vec<Subtree>, Error> {
        Ok(path(index, size)?.into_iter().flat_map(LeafRange::subtrees).collect())
    }

    /// Checks that the leaf stands at the index of the tree with this root.
    ///
    /// # Errors
    ///
    /// Says what of index, length and root is wrong.
    pub fn verify(&self, leaf_hash: Hash, root: Hash) -> Result<(), Error> {
        verify_inclusion(self.index, self.size, &self.hashes, leaf_hash, root)
    }
}

/// Checks that the leaf stands at `index` of the tree of `size` leaves with this root (RFC 9162, section 2.1.3.2).
///
/// # Errors
///
/// Says what of index, length and root is wrong.
pub fn verify_inclusion(index: u64, size: u64, hashes: &[Hash], leaf_hash: Hash, root: Hash) -> Result<(), Error> {
    if index >= size {
        return Err(Error::IndexOutside { index, size });
    }
    let expected = path_length(index, size);
    if hashes.len() != expected {
        return Err(Error::WrongLength { expected, found: hashes.len() });
    }
    let mut climb = Climb::new(index, size - 1);
    let computed = hashes.iter().fold(leaf_hash, |computed, hash| match climb.step() {
        Side::Left => node_hash(hash, &computed),
        Side::Right => node_hash(&computed, hash),
    });
    if computed == root { Ok(()) } else { Err(Error::RootDiffers { computed, expected: root }) }
}

/// Counts the hashes of a proof: one a level while the leaf's path and the right edge differ, then one for each subtree to the left.
fn path_length(index: u64, size: u64) -> usize {
    let apart = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let left = index.checked_shr(apart).unwrap_or(0).count_ones();
    (apart + left) as usize
}

/// Lists the ranges whose hashes make up the proof, from the leaf up.
fn path(index: u64, size: u64) -> Result<Vec<LeafRange>, Error> {
    if index >= size {
        return Err(Error::IndexOutside { index, size });
    }
    let mut path = Vec::new();
    let mut node = LeafRange { start: 0, end: size };
    while node.len() > 1 {
        let (left, right) = node.split();
        if index < right.start {
            path.push(right);
            node = left;
        } else {
            path.push(left);
            node = right;
        }
    }
    path.reverse();
    Ok(path)
}
