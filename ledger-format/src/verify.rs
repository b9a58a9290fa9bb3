//! The streaming verifier: reads a log from its first entry and names the first thing that is wrong.
//!
//! It holds one right edge and looks at each entry once, so that memory stays flat however long the log is. That no idempotency key
//! occurs twice needs memory that grows with the log, and is left to whoever reads the entries.

mod column;
mod finding;

use crate::checkpoint::Checkpoint;
use crate::content::{Salt, commit_content};
use crate::hash::Hash;
use crate::leaf::Leaf;
use crate::subtree::Subtree;
use crate::tree::{Frontier, leaf_hash};

pub use column::Column;
pub use finding::{Finding, What};

/// One entry as a store holds it.
#[derive(Debug, Clone, Copy)]
pub struct EntryParts<'a> {
    /// Position under which the entry is stored.
    pub index: u64,
    /// The encoded leaf.
    pub leaf: &'a [u8],
    /// Leaf hash that is stored beside the leaf.
    pub leaf_hash: Hash,
    /// Fields of the leaf that the store keeps in columns of their own.
    pub columns: &'a [Column<'a>],
    /// What the leaf commits to.
    pub content: Content<'a>,
}

/// The content of a stored entry.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// Still there.
    Kept {
        /// Salt of the commitment.
        salt: Salt,
        /// The content, as it was appended.
        bytes: &'a [u8],
    },
    /// Destroyed on purpose. The leaf and every proof stand without it.
    Erased,
}

/// Reads the entries of one log in order.
#[derive(Debug, Clone)]
pub struct LogVerifier {
    origin: String,
    frontier: Frontier,
    last_appended_at_us: i64,
    /// Size up to which a checkpoint has confirmed the root.
    confirmed: u64,
    erased: u64,
}

impl LogVerifier {
    /// Starts before the first entry of the log named `origin`.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            frontier: Frontier::new(),
            last_appended_at_us: i64::MIN,
            confirmed: 0,
            erased: 0,
        }
    }

    /// Checks the next entry and adds it to the tree.
    ///
    /// # Errors
    ///
    /// Names the first thing about the entry that is wrong; the entry is then not added.
    pub fn entry(&mut self, parts: EntryParts<'_>) -> Result<(), Finding> {
        self.entry_with(parts, |_, _| {})
    }

    /// Checks the next entry, adds it to the tree, and tells of every perfect subtree that it completes, from the leaf upwards.
    ///
    /// A caller that stores those hashes compares them: a leaf changed together with its leaf hash shows there first.
    ///
    /// # Errors
    ///
    /// As [`LogVerifier::entry`].
    pub fn entry_with(
        &mut self,
        parts: EntryParts<'_>,
        on_completed: impl FnMut(Subtree, Hash),
    ) -> Result<(), Finding> {
        let index = self.frontier.size();
        let (hash, leaf) = self.check(&parts).map_err(|what| Finding { index, what })?;
        self.last_appended_at_us = leaf.appended_at_us;
        if let Content::Erased = parts.content {
            self.erased += 1;
        }
        self.frontier.append_with(hash, on_completed);
        Ok(())
    }

    /// Checks the next entry as [`LogVerifier::entry`] would, and does not add it.
    ///
    /// # Errors
    ///
    /// As [`LogVerifier::entry`].
    pub fn check_entry(&self, parts: &EntryParts<'_>) -> Result<(), Finding> {
        self.check(parts).map(|_| ()).map_err(|what| Finding { index: self.frontier.size(), what })
    }

    /// Returns the number of entries read so far.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns the root of the tree over the entries read so far.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Returns the root at `size`. None unless exactly that many entries have been read.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        (size == self.size()).then(|| self.root())
    }

    /// Checks a checkpoint, once exactly the entries it covers have been read. Its signature is the caller's to verify.
    ///
    /// # Errors
    ///
    /// Says how log and checkpoint differ.
    pub fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Finding> {
        let size = self.size();
        if checkpoint.origin() != self.origin {
            let what = What::CheckpointOfOtherLog { found: checkpoint.origin().to_owned() };
            return Err(Finding { index: self.confirmed, what });
        }
        if checkpoint.size() != size {
            let index = checkpoint.size().min(size);
            return Err(Finding { index, what: What::SizeDiffers { read: size, signed: checkpoint.size() } });
        }
        let computed = self.root();
        if computed != checkpoint.root() {
            let what = What::RootDiffers { end: size, computed, signed: checkpoint.root() };
            return Err(Finding { index: self.confirmed, what });
        }
        self.confirmed = size;
        Ok(())
    }

    /// Ends the reading: the entries read are exactly those of the checkpoint.
    ///
    /// # Errors
    ///
    /// Says how log and checkpoint differ.
    pub fn finish(mut self, checkpoint: &Checkpoint) -> Result<Verified, Finding> {
        self.checkpoint(checkpoint)?;
        Ok(Verified { size: checkpoint.size(), root: checkpoint.root(), erased: self.erased })
    }

    fn check<'a>(&self, parts: &EntryParts<'a>) -> Result<(Hash, Leaf<&'a str>), What> {
        if parts.index != self.size() {
            return Err(What::IndexNotDense { found: parts.index });
        }
        let hash = leaf_hash(parts.leaf);
        if hash != parts.leaf_hash {
            return Err(What::LeafHashDiffers { computed: hash, stored: parts.leaf_hash });
        }
        let leaf = Leaf::decode(parts.leaf)?;
        if leaf.origin != self.origin {
            return Err(What::LeafOfOtherLog { found: leaf.origin.to_owned() });
        }
        if let Some(column) = parts.columns.iter().find(|column| !column.agrees(&leaf)) {
            return Err(What::ColumnDiffers { column: column.name() });
        }
        if leaf.appended_at_us < self.last_appended_at_us {
            let before_us = self.last_appended_at_us;
            return Err(What::TimeBackwards { before_us, found_us: leaf.appended_at_us });
        }
        match parts.content {
            Content::Kept { salt, bytes } if commit_content(&salt, bytes) != leaf.commitment => {
                Err(What::ContentDiffers)
            }
            Content::Kept { .. } | Content::Erased => Ok((hash, leaf)),
        }
    }
}

/// A log that was read to its checkpoint and found whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Entries in the log.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// How many of them have had their content erased.
    pub erased: u64,
}
