//! What a log sends to a witness: how far the witness was, proof of the growth since, and the new checkpoint (C2SP tlog-witness).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{self, SignedCheckpoint, parse_base64_hash};
use crate::decimal;
use crate::hash::Hash;
use crate::note::NOTE_MAX_BYTES;

/// Most hashes of the proof.
pub const PROOF_MAX_HASHES: usize = 63;

/// Most bytes of the whole body: a note, and the lines before it.
pub const BODY_MAX_BYTES: usize = NOTE_MAX_BYTES + 4 * 1024;

/// The body of an `add-checkpoint` request. Neither checkpoint nor proof is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness cosigned last, as the sender thinks.
    pub old_size: u64,
    /// Proof of consistency from there.
    pub hashes: Vec<Hash>,
    /// What is to be cosigned.
    pub checkpoint: SignedCheckpoint,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "old {}", self.old_size)?;
        for hash in &self.hashes {
            writeln!(formatter, "{}", STANDARD.encode(hash.as_bytes()))?;
        }
        write!(formatter, "\n{}", self.checkpoint.text())
    }
}

impl FromStr for AddCheckpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > BODY_MAX_BYTES {
            return Err(Error::TooLarge { bytes: text.len() });
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Error::Form)?;
        let mut lines = head.split('\n');
        let old_size =
            lines.next().and_then(|line| decimal::parse(line.strip_prefix("old ")?)).ok_or(Error::OldSize)?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == PROOF_MAX_HASHES {
                return Err(Error::TooManyHashes);
            }
            hashes.push(parse_base64_hash(line).ok_or(Error::HashLine)?);
        }
        Ok(Self { old_size, hashes, checkpoint: SignedCheckpoint::parse(checkpoint)? })
    }
}

/// Why a text is no such body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is longer than any body is.
    #[error("the request has `{bytes}` bytes, `{BODY_MAX_BYTES}` are the most")]
    TooLarge {
        /// Length of the text.
        bytes: usize,
    },
    /// No lines, blank line and checkpoint.
    #[error("the request is not an old size, proof lines, a blank line and a checkpoint")]
    Form,
    /// The first line is no old size.
    #[error("the first line is not `old` and a decimal number without leading zeroes")]
    OldSize,
    /// A line of the proof is no hash.
    #[error("a proof line is not base64 of 32 bytes")]
    HashLine,
    /// More hashes than any proof has.
    #[error("the proof has more than `{PROOF_MAX_HASHES}` hashes")]
    TooManyHashes,
    /// The checkpoint is malformed.
    #[error(transparent)]
    Checkpoint(#[from] checkpoint::Error),
}
