//! Consistency proofs: the tree of this size grew, without a change, into that one (RFC 6962, section 2.1.2).

use crate::hash::Hash;
use crate::proof::{BuildError, Climb, Error, LeafRange, Side, read_all};
use crate::subtree::{HashReader, Subtree};
use crate::tree::{empty_root, node_hash};

/// The hashes from which both the older and the newer root follow.
///
/// Every tree has grown from the empty one and from itself: those two proofs hold no hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves in the older tree.
    pub old_size: u64,
    /// Leaves in the newer tree.
    pub new_size: u64,
    /// In the order of RFC 6962.
    pub hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// Builds the proof from the tree of `old_size` leaves to the one of `new_size`.
    ///
    /// # Errors
    ///
    /// Refuses an older tree that is larger; passes on what the reader says.
    pub fn build<R: HashReader>(old_size: u64, new_size: u64, reader: &R) -> Result<Self, BuildError<R::Error>> {
        let hashes = read_all(&path(old_size, new_size)?, reader)?;
        Ok(Self { old_size, new_size, hashes })
    }

    /// Names every subtree that [`ConsistencyProof::build`] will read, so that a store can fetch them at once.
    ///
    /// # Errors
    ///
    /// Refuses an older tree that is larger.
    pub fn subtrees(old_size: u64, new_size: u64) -> Result<Vec<Subtree>, Error> {
        Ok(path(old_size, new_size)?.into_iter().flat_map(LeafRange::subtrees).collect())
    }

    /// Checks that the tree with the new root holds the one with the old root as its first leaves (RFC 9162, section 2.1.4.2).
    ///
    /// # Errors
    ///
    /// Says what of sizes, length and roots is wrong.
    pub fn verify(&self, old_root: Hash, new_root: Hash) -> Result<(), Error> {
        let Self { old_size, new_size, ref hashes } = *self;
        let expected = path(old_size, new_size)?.len();
        if hashes.len() != expected {
            return Err(Error::WrongLength { expected, found: hashes.len() });
        }
        if old_size == 0 {
            expect_old(empty_root(), old_root)?;
        }
        if old_size == new_size {
            expect_old(new_root, old_root)?;
        }
        if hashes.is_empty() {
            return Ok(());
        }
        // Where the older tree is one perfect subtree, its root is the start and is not sent again.
        let (start, rest) = match hashes.split_first() {
            Some((first, rest)) if !old_size.is_power_of_two() => (*first, rest),
            Some(_) | None => (old_root, hashes.as_slice()),
        };
        // The levels at which the older tree's last node is a right child lie within its last perfect subtree.
        let skipped = (old_size - 1).trailing_ones();
        let mut climb = Climb::new((old_size - 1) >> skipped, (new_size - 1) >> skipped);
        let (mut old, mut new) = (start, start);
        for hash in rest {
            match climb.step() {
                Side::Left => {
                    old = node_hash(hash, &old);
                    new = node_hash(hash, &new);
                }
                // To the right stands only what came later: the older root does not hold it.
                Side::Right => new = node_hash(&new, hash),
            }
        }
        expect_old(old, old_root)?;
        if new == new_root { Ok(()) } else { Err(Error::RootDiffers { computed: new, expected: new_root }) }
    }
}

fn expect_old(computed: Hash, expected: Hash) -> Result<(), Error> {
    if computed == expected { Ok(()) } else { Err(Error::OldRootDiffers { computed, expected }) }
}

/// Lists the ranges whose hashes make up the proof, in the order of RFC 6962.
fn path(old_size: u64, new_size: u64) -> Result<Vec<LeafRange>, Error> {
    if old_size > new_size {
        return Err(Error::SizesReversed { old_size, new_size });
    }
    let mut path = Vec::new();
    if old_size == 0 || old_size == new_size {
        return Ok(path);
    }
    let mut node = LeafRange { start: 0, end: new_size };
    while node.end != old_size {
        let (left, right) = node.split();
        if old_size <= right.start {
            path.push(right);
            node = left;
        } else {
            path.push(left);
            node = right;
        }
    }
    // The older tree itself is known to the verifier when it is this node; else the node is needed.
    if node.start != 0 {
        path.push(node);
    }
    path.reverse();
    Ok(path)
}
