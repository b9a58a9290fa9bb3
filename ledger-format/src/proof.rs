//! What both kinds of proof share: why one fails, and how the hash of a range of leaves is read.

use crate::hash::Hash;
use crate::subtree::{HashReader, Subtree, cover};
use crate::tree::join_from_right;

/// Why a proof cannot be made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The leaf is not in a tree of that size.
    #[error("index `{index}` is outside a tree of `{size}` leaves: ask under a later checkpoint")]
    IndexOutside {
        /// Position of the leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of `{old_size}` leaves cannot have grown into one of `{new_size}`: give the smaller size first")]
    SizesReversed {
        /// Leaves in the older tree.
        old_size: u64,
        /// Leaves in the newer tree.
        new_size: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("the proof has `{found}` hashes, its sizes ask for `{expected}`: fetch the proof again")]
    WrongLength {
        /// How many hashes the sizes ask for.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root `{computed}`, the checkpoint says `{expected}`: do not trust the log's answer")]
    RootDiffers {
        /// Root that the proof leads to.
        computed: Hash,
        /// Root that was claimed.
        expected: Hash,
    },
    /// The proof leads to another root of the older tree.
    #[error("the proof leads to the older root `{computed}`, `{expected}` was seen: the log was rewritten or forked")]
    OldRootDiffers {
        /// Root that the proof leads to.
        computed: Hash,
        /// Root that was claimed.
        expected: Hash,
    },
}

/// Why building a proof failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError<E> {
    /// No such proof exists.
    #[error(transparent)]
    Impossible(#[from] Error),
    /// A hash could not be read.
    #[error("a hash of the tree could not be read")]
    Read(#[source] E),
}

/// Leaves `start` up to, not including, `end`: one node of RFC 6962's recursion, perfect or at the right edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeafRange {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl LeafRange {
    pub(crate) const fn len(self) -> u64 {
        self.end - self.start
    }

    /// Splits at the largest power of two smaller than the length, which must be at least 2.
    pub(crate) const fn split(self) -> (Self, Self) {
        let middle = self.start + (1 << (self.len() - 1).ilog2());
        (Self { start: self.start, end: middle }, Self { start: middle, end: self.end })
    }

    pub(crate) fn subtrees(self) -> impl DoubleEndedIterator<Item = Subtree> {
        cover(self.start, self.end)
    }

    fn read<R: HashReader>(self, reader: &R) -> Result<Hash, BuildError<R::Error>> {
        let hashes = self.subtrees().map(|subtree| reader.hash(subtree)).collect::<Result<Vec<_>, _>>();
        let joined = join_from_right(hashes.map_err(BuildError::Read)?.into_iter().rev());
        Ok(joined.expect("invariant: a node of a proof covers at least one leaf"))
    }
}

/// On which side of the climbing hash the next hash of a proof stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The climb of a proof's verification towards the root (RFC 9162, sections 2.1.3.2 and 2.1.4.2).
///
/// The RFC also skips the levels at which the right edge has no sibling, to tell when a proof is too long. Here the length is known
/// beforehand, and the sides are the same without: on the right edge every hash stands to the left.
#[derive(Debug)]
pub(crate) struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Starts at `node` of a level whose last node is `last`.
    pub(crate) const fn new(node: u64, last: u64) -> Self {
        Self { node, last }
    }

    pub(crate) fn step(&mut self) -> Side {
        let side = if self.node & 1 == 1 || self.node == self.last { Side::Left } else { Side::Right };
        self.node >>= 1;
        self.last >>= 1;
        side
    }
}

pub(crate) fn read_all<R: HashReader>(ranges: &[LeafRange], reader: &R) -> Result<Vec<Hash>, BuildError<R::Error>> {
    ranges.iter().map(|range| range.read(reader)).collect()
}
