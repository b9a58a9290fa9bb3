//! How many entries a full part holds.

use super::error::Error;

/// Entries in a full part: 256 tiles of 256, so that a full part is a perfect subtree of the log's tree.
pub const PART_ENTRIES: u64 = 65_536;

/// The size of a full part: a power of two, so that the part's root is a node of the log's tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSize(u64);

impl PartSize {
    /// Chooses another size than the usual one, for logs whose parts would be too large otherwise.
    ///
    /// # Errors
    ///
    /// Refuses what is not a power of two from 1 to [`PART_ENTRIES`].
    pub fn new(entries: u64) -> Result<Self, Error> {
        if entries.is_power_of_two() && entries <= PART_ENTRIES {
            Ok(Self(entries))
        } else {
            Err(Error::PartSize(entries))
        }
    }

    /// Returns the number of entries.
    pub const fn entries(self) -> u64 {
        self.0
    }
}

impl Default for PartSize {
    fn default() -> Self {
        Self(PART_ENTRIES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_perfect_subtree() {
        for entries in [1, 2, 256, PART_ENTRIES] {
            assert_eq!(PartSize::new(entries).expect("a power of two").entries(), entries);
        }
        for entries in [0, 3, PART_ENTRIES - 1, PART_ENTRIES + 1, PART_ENTRIES * 2] {
            assert!(matches!(PartSize::new(entries), Err(Error::PartSize(found)) if found == entries));
        }
    }
}
