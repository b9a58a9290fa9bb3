//! Perfect subtrees: the parts of the tree that never change once they are full.

use std::collections::BTreeMap;

use crate::hash::Hash;

/// The perfect subtree over leaves `index · 2^level` up to, not including, `(index + 1) · 2^level`. Level 0 is a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subtree {
    /// Height: the subtree holds `2^level` leaves. At most 63.
    pub level: u8,
    /// Position among the subtrees of its level, from the left, from 0.
    pub index: u64,
}

impl Subtree {
    /// Names the single leaf at `index`.
    pub const fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }

    /// Names the subtree that holds this one and its sibling.
    #[must_use]
    pub const fn parent(self) -> Self {
        Self { level: self.level + 1, index: self.index >> 1 }
    }

    /// Tells whether this is the right child of its parent.
    pub const fn is_right(self) -> bool {
        self.index & 1 == 1
    }

    /// Tells whether a tree of `size` leaves holds this subtree whole.
    pub fn is_within(self, size: u64) -> bool {
        self.level < 64 && self.index < size >> self.level
    }
}

/// Gives the hashes of perfect subtrees to whoever builds a proof.
pub trait HashReader {
    /// Why a hash could not be read.
    type Error;

    /// Reads the hash of one perfect subtree.
    ///
    /// # Errors
    ///
    /// Whatever the store says; a subtree it does not hold is an error.
    fn hash(&self, subtree: Subtree) -> Result<Hash, Self::Error>;
}

/// Hashes that were fetched beforehand, as `subtrees` of a proof names them.
impl HashReader for BTreeMap<Subtree, Hash> {
    type Error = NotFetched;

    fn hash(&self, subtree: Subtree) -> Result<Hash, NotFetched> {
        self.get(&subtree).copied().ok_or(NotFetched { subtree })
    }
}

/// A hash was not among those fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the hash at level `{}` index `{}` was not fetched: fetch every subtree that the proof names", subtree.level, subtree.index)]
pub struct NotFetched {
    /// The subtree whose hash is missing.
    pub subtree: Subtree,
}

/// Names the perfect subtrees that make up leaves `start` up to, not including, `end`, from left to right.
///
/// `start` must be a multiple of the largest power of two within the range: every range of RFC 6962's recursions is.
pub(crate) fn cover(start: u64, end: u64) -> impl DoubleEndedIterator<Item = Subtree> {
    let size = end - start;
    // The binary digits of the size, largest first, are the sizes of the subtrees.
    (0..64_u8).rev().filter(move |level| size >> level & 1 == 1).map(move |level| {
        let before = (size >> level) - 1;
        Subtree { level, index: (start >> level) + before }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(subtree: Subtree) -> std::ops::Range<u64> {
        subtree.index << subtree.level..(subtree.index + 1) << subtree.level
    }

    #[test]
    fn cover_lists_every_leaf_once_in_order() {
        for (start, size) in [(0, 0), (0, 1), (0, 7), (8, 5), (256, 256), (512, 300)] {
            let covered: Vec<u64> = cover(start, start + size).flat_map(leaves).collect();
            assert_eq!(covered, (start..start + size).collect::<Vec<_>>());
        }
    }

    #[test]
    fn cover_of_the_largest_tree_does_not_overflow() {
        assert_eq!(cover(0, u64::MAX).count(), 64);
    }

    #[test]
    fn a_subtree_is_within_a_tree_only_when_whole() {
        let subtree = Subtree { level: 2, index: 1 };
        assert!(!subtree.is_within(7));
        assert!(subtree.is_within(8));
        assert!(!Subtree { level: 64, index: 0 }.is_within(u64::MAX));
    }
}
