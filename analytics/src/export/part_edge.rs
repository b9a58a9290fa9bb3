//! The root over the leaves of a part, from the hashes that the log's own tree computes anyway.

use ledger_format::{Frontier, Hash, Subtree, empty_root, node_hash};

/// The right edge of a part's tree, while it grows within the log's.
///
/// Parts begin at multiples of a power of two that is at least as large as they are, so that every subtree of a part is one of the log.
#[derive(Debug, Clone)]
pub(super) struct PartEdge {
    first_index: u64,
    /// From the left, largest first.
    hashes: Vec<Hash>,
}

impl PartEdge {
    /// Starts a part without entries.
    pub(super) const fn starting_at(first_index: u64) -> Self {
        Self { first_index, hashes: Vec::new() }
    }

    /// Starts a part that has leaves already.
    pub(super) fn of_leaves(first_index: u64, leaves: impl Iterator<Item = Hash>) -> Self {
        let mut tree = Frontier::new();
        leaves.for_each(|leaf| tree.append(leaf));
        Self { first_index, hashes: tree.hashes().to_vec() }
    }

    /// Notes a perfect subtree that the log's tree has completed; one that reaches beyond the part does not matter.
    pub(super) fn note(&mut self, subtree: Subtree, hash: Hash) {
        if subtree.index << subtree.level < self.first_index {
            return;
        }
        if subtree.level > 0 {
            // It is made of the two that were completed last.
            self.hashes.truncate(self.hashes.len() - 2);
        }
        self.hashes.push(hash);
    }

    /// Returns the root.
    pub(super) fn root(&self) -> Hash {
        let from_right = self.hashes.iter().rev().copied();
        from_right.reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}

#[cfg(test)]
mod tests {
    use ledger_format::leaf_hash;

    use super::*;

    #[test]
    fn the_root_of_a_part_is_that_of_a_tree_of_its_own() {
        let leaf = |index: u64| leaf_hash(&index.to_be_bytes());
        for (first_index, most) in [(0, 8), (8, 8), (16, 8), (48, 16), (256, 256)] {
            let mut log = Frontier::new();
            (0..first_index).for_each(|index| log.append(leaf(index)));
            let (mut edge, mut own) = (PartEdge::starting_at(first_index), Frontier::new());
            assert_eq!(edge.root(), own.root());
            for index in first_index..first_index + most {
                log.append_with(leaf(index), |subtree, hash| edge.note(subtree, hash));
                own.append(leaf(index));
                assert_eq!(edge.root(), own.root(), "{first_index}..={index}");
                assert_eq!(PartEdge::of_leaves(first_index, (first_index..=index).map(leaf)).root(), own.root());
            }
        }
    }
}
