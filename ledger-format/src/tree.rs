//! The hash tree of RFC 6962, section 2.1, and its right edge.

use crate::hash::{Hash, sha256};
use crate::subtree::{HashReader, Subtree, cover};

const LEAF_PREFIX: u8 = 0;
const NODE_PREFIX: u8 = 1;

/// Hashes an encoded leaf: `SHA-256(0x00 ‖ leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[LEAF_PREFIX], leaf])
}

/// Hashes two neighbours into their parent: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[NODE_PREFIX], left.as_bytes(), right.as_bytes()])
}

/// Returns the root of the tree without leaves: `SHA-256("")`.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Joins the hashes of a left-to-right run of ever smaller perfect subtrees, given from the right. None for an empty run.
pub(crate) fn join_from_right(from_right: impl Iterator<Item = Hash>) -> Option<Hash> {
    from_right.reduce(|right, left| node_hash(&left, &right))
}

/// The right edge of a growing tree: all that is needed to append a leaf and to know the root.
///
/// Holds one hash for each perfect subtree that the tree's size is made of, at most 64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// From the left, largest first: as many as the size has binary ones.
    hashes: Vec<Hash>,
}

impl Frontier {
    /// Starts with the tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, hashes: Vec::new() }
    }

    /// Names the subtrees whose hashes make up the right edge of a tree of `size` leaves, from the left.
    pub fn right_edge(size: u64) -> impl DoubleEndedIterator<Item = Subtree> {
        cover(0, size)
    }

    /// Rebuilds the frontier from stored hashes, in the order of [`Frontier::right_edge`].
    ///
    /// # Errors
    ///
    /// Refuses any other number of hashes than the size asks for.
    pub fn from_right_edge(size: u64, hashes: Vec<Hash>) -> Result<Self, WrongEdge> {
        let expected = size.count_ones();
        if u32::try_from(hashes.len()) != Ok(expected) {
            return Err(WrongEdge { size, expected, found: hashes.len() });
        }
        Ok(Self { size, hashes })
    }

    /// Rebuilds the frontier of a tree of `size` leaves from a store.
    ///
    /// # Errors
    ///
    /// Passes on what the store says.
    pub fn load<R: HashReader>(size: u64, reader: &R) -> Result<Self, R::Error> {
        let hashes = Self::right_edge(size).map(|subtree| reader.hash(subtree)).collect::<Result<_, _>>()?;
        Ok(Self { size, hashes })
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root.
    pub fn root(&self) -> Hash {
        join_from_right(self.hashes.iter().rev().copied()).unwrap_or_else(empty_root)
    }

    /// Returns the hashes of the right edge, in the order of [`Frontier::right_edge`].
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Appends a leaf hash.
    ///
    /// # Panics
    ///
    /// When the tree holds 2^64 - 1 leaves, which no log reaches.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| {});
    }

    /// Appends a leaf hash and tells of every perfect subtree that it completes, from the leaf upwards.
    ///
    /// # Panics
    ///
    /// When the tree holds 2^64 - 1 leaves, which no log reaches.
    pub fn append_with(&mut self, leaf: Hash, mut on_completed: impl FnMut(Subtree, Hash)) {
        let mut subtree = Subtree::leaf(self.size);
        let mut hash = leaf;
        on_completed(subtree, hash);
        while subtree.is_right() {
            let left = self.hashes.pop().expect("invariant: a right subtree has its left sibling on the edge");
            hash = node_hash(&left, &hash);
            subtree = subtree.parent();
            on_completed(subtree, hash);
        }
        self.hashes.push(hash);
        self.size = self.size.checked_add(1).expect("invariant: a tree holds fewer than 2^64 leaves");
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

/// The stored right edge does not fit the tree's size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a tree of `{size}` leaves has `{expected}` hashes on its right edge, found `{found}`: rebuild the edge from the leaves"
)]
pub struct WrongEdge {
    /// Leaves in the tree.
    pub size: u64,
    /// How many hashes that size asks for.
    pub expected: u32,
    /// How many there were.
    pub found: usize,
}
