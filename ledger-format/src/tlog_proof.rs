//! Proof files: an inclusion proof and the checkpoint it leads to, in one text (C2SP tlog-proof).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{self, Checkpoint, SignedCheckpoint, parse_base64_hash};
use crate::decimal;
use crate::hash::Hash;
use crate::inclusion::verify_inclusion;
use crate::key_list::PinnedKeys;
use crate::note::NOTE_MAX_BYTES;
use crate::proof;
use crate::tree::leaf_hash;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// Most bytes of extra data.
pub const EXTRA_MAX_BYTES: usize = 64 * 1024;

/// Most hashes of an inclusion proof: one for each level of the largest tree.
const MAX_HASHES: usize = 64;

/// A self-contained proof that a leaf stands in a log. Its text is stored as `.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Data for the application; nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// Position of the leaf, from 0.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<Hash>,
    /// The checkpoint the hashes lead to.
    pub checkpoint: SignedCheckpoint,
}

impl TlogProof {
    /// Checks that the encoded leaf stands in the log, and returns the checkpoint that says so.
    ///
    /// # Errors
    ///
    /// Refuses a checkpoint that the key has not signed for `origin`, and a proof that does not lead from the leaf to its root.
    pub fn verify(&self, leaf: &[u8], keys: &(impl PinnedKeys + ?Sized), origin: &str) -> Result<&Checkpoint, Error> {
        let checkpoint = self.checkpoint.verify(keys, origin)?;
        verify_inclusion(self.index, checkpoint.size(), &self.hashes, leaf_hash(leaf), checkpoint.root())?;
        Ok(checkpoint)
    }
}

/// Shows the proof's text.
impl fmt::Display for TlogProof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(formatter, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(formatter, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(formatter, "{}", STANDARD.encode(hash.as_bytes()))?;
        }
        write!(formatter, "\n{}", self.checkpoint.text())
    }
}

impl FromStr for TlogProof {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // Bounds the work before any of it is done: header, extra data in base64, hashes, note.
        if text.len() > NOTE_MAX_BYTES + 2 * EXTRA_MAX_BYTES {
            return Err(Error::TooLarge { bytes: text.len() });
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Error::Form)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(Error::Form);
        }
        let extra = lines.next_if(|line| line.starts_with("extra ")).map(parse_extra).transpose()?;
        let index = lines.next().and_then(|line| decimal::parse(line.strip_prefix("index ")?)).ok_or(Error::Index)?;
        let hashes = lines.map(|line| parse_base64_hash(line).ok_or(Error::HashLine)).collect::<Result<Vec<_>, _>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(Error::TooManyHashes { found: hashes.len() });
        }
        Ok(Self { extra, index, hashes, checkpoint: SignedCheckpoint::parse(checkpoint)? })
    }
}

fn parse_extra(line: &str) -> Result<Vec<u8>, Error> {
    let encoded = line.strip_prefix("extra ").ok_or(Error::Extra)?;
    let extra = STANDARD.decode(encoded).map_err(|_| Error::Extra)?;
    if extra.len() > EXTRA_MAX_BYTES { Err(Error::Extra) } else { Ok(extra) }
}

/// Why a text is no proof file, or the proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is longer than any proof is.
    #[error("the proof has `{bytes}` bytes, more than any proof: fetch it again")]
    TooLarge {
        /// Length of the text.
        bytes: usize,
    },
    /// No header, blank line and checkpoint.
    #[error("the text is not `{FIRST_LINE}`, proof lines, a blank line and a checkpoint: copy the proof whole")]
    Form,
    /// The extra data is not base64, or too long.
    #[error("the extra line is not base64 of at most `{EXTRA_MAX_BYTES}` bytes: leave it out or shorten it")]
    Extra,
    /// The index line is missing or malformed.
    #[error("the index line is not `index` and a decimal number without leading zeroes: copy the proof whole")]
    Index,
    /// A line of the proof is no hash.
    #[error("a proof line is not base64 of 32 bytes: copy the proof whole")]
    HashLine,
    /// More hashes than any tree has levels.
    #[error("the proof has `{found}` hashes, `{MAX_HASHES}` are the most: fetch it again")]
    TooManyHashes {
        /// How many there were.
        found: usize,
    },
    /// The checkpoint is malformed or not to be believed.
    #[error(transparent)]
    Checkpoint(#[from] checkpoint::Error),
    /// The hashes do not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Inclusion(#[from] proof::Error),
}
