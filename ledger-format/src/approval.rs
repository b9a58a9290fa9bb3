//! Recorded approvals: what an executor must hold before it acts.
//!
//! A claimed approval is a bundle of bytes from somebody who may be wrong or worse. Only if every one of them fits does it become a
//! [`RecordedApproval`]. That proves that a person's approval of exactly this payload stands in the log. That the approval has not
//! fallen since is the claim's business, not the record's.

use crate::checkpoint::{self, Checkpoint, SignedCheckpoint};
use crate::hash::Hash;
use crate::inclusion::verify_inclusion;
use crate::key_list::PinnedKeys;
use crate::leaf::{self, Leaf};
use crate::payload::{Nonce, PayloadDigest, digest_payload};
use crate::principal::PrincipalKind;
use crate::proof;
use crate::receipt::Receipt;
use crate::tree::leaf_hash;

/// Kind of the one entry that permits an execution: the event by which the last needed person approved.
pub const APPROVING_KIND: &str = "candidate_approved";

/// What somebody says is an approval on record.
#[derive(Debug, Clone, Copy)]
pub struct ClaimedApproval<'a> {
    /// Identity of the log that must hold the entry: the verifier's own knowledge.
    pub origin: &'a str,
    /// Resource name of the candidate to execute.
    pub candidate: &'a str,
    /// The payload to execute, in canonical JSON.
    pub payload: &'a str,
    /// Nonce of the payload.
    pub nonce: Nonce,
    /// Digest that is said to have been approved.
    pub digest: PayloadDigest,
    /// The approving entry's encoded leaf.
    pub leaf: &'a [u8],
    /// The approving entry's position in the log.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub proof: &'a [Hash],
    /// The signed checkpoint that the proof leads to.
    pub checkpoint: &'a str,
}

/// A person's approval of exactly one payload, found to stand in the log. There is no other way to one than [`RecordedApproval::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct RecordedApproval {
    payload: String,
    digest: PayloadDigest,
    leaf: Leaf,
    receipt: Receipt,
    checkpoint: Checkpoint,
}

impl RecordedApproval {
    /// Checks a claimed approval against the log's pinned key.
    ///
    /// In order: the checkpoint is signed by the key, for the origin; the leaf decodes; it is of this log, of kind
    /// [`APPROVING_KIND`], about this candidate, by a human; it shows the claimed digest; payload and nonce have that digest; the leaf
    /// stands under the checkpoint.
    ///
    /// # Errors
    ///
    /// Names the first check that failed and what differed.
    pub fn verify(claimed: ClaimedApproval<'_>, keys: &(impl PinnedKeys + ?Sized)) -> Result<Self, Error> {
        let signed = SignedCheckpoint::parse(claimed.checkpoint)?;
        let checkpoint = signed.verify(keys, claimed.origin)?;
        let leaf = Leaf::decode(claimed.leaf)?;
        check_leaf(&leaf, &claimed)?;
        let computed = digest_payload(&claimed.nonce, claimed.payload);
        if computed != claimed.digest {
            return Err(Error::PayloadDiffers { computed, claimed: claimed.digest });
        }
        let leaf_hash = leaf_hash(claimed.leaf);
        verify_inclusion(claimed.index, checkpoint.size(), claimed.proof, leaf_hash, checkpoint.root())?;
        Ok(Self {
            payload: claimed.payload.to_owned(),
            digest: claimed.digest,
            leaf: leaf.to_owned_leaf(),
            receipt: Receipt { index: claimed.index, leaf_hash },
            checkpoint: checkpoint.clone(),
        })
    }

    /// Returns the resource name of the approved candidate.
    pub fn candidate(&self) -> &str {
        &self.leaf.subject
    }

    /// Returns the revision of the candidate that the approval made. All attempts under this approval share it.
    pub const fn revision(&self) -> u64 {
        self.leaf.subject_revision
    }

    /// Returns the approved payload: the very bytes to execute.
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// Returns the approved digest.
    pub const fn digest(&self) -> PayloadDigest {
        self.digest
    }

    /// Returns the approving entry's leaf.
    pub const fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// Returns where in the log the approval stands.
    pub const fn receipt(&self) -> Receipt {
        self.receipt
    }

    /// Returns the checkpoint under which the approval was found. Whoever remembers an earlier one checks that this has grown from it.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

fn check_leaf(leaf: &Leaf<&str>, claimed: &ClaimedApproval<'_>) -> Result<(), Error> {
    if leaf.origin != claimed.origin {
        return Err(Error::LeafOriginDiffers { found: leaf.origin.to_owned(), expected: claimed.origin.to_owned() });
    }
    if leaf.kind != APPROVING_KIND {
        return Err(Error::NotAnApproval { found: leaf.kind.to_owned() });
    }
    if leaf.subject != claimed.candidate {
        return Err(Error::SubjectDiffers { found: leaf.subject.to_owned(), expected: claimed.candidate.to_owned() });
    }
    if leaf.principal_kind != PrincipalKind::Human {
        return Err(Error::NotByHuman { found: leaf.principal_kind });
    }
    match leaf.payload_digest {
        None => Err(Error::DigestMissing),
        Some(approved) if approved != claimed.digest => Err(Error::DigestDiffers { approved, claimed: claimed.digest }),
        Some(_) => Ok(()),
    }
}

/// Why a claimed approval permits nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The checkpoint is malformed, not signed by the pinned key, or of another log.
    #[error("the permit's checkpoint is not to be believed: do not execute")]
    Checkpoint(#[from] checkpoint::Error),
    /// The leaf does not decode.
    #[error("the permit's leaf is malformed: do not execute")]
    Leaf(#[from] leaf::Error),
    /// The leaf is of another log.
    #[error("the leaf is of log `{found}`, expected `{expected}`: ask the log that the approval is in")]
    LeafOriginDiffers {
        /// The leaf's origin.
        found: String,
        /// The origin that was expected.
        expected: String,
    },
    /// The entry is not the one that approves.
    #[error("the leaf is of kind `{found}`, only `{APPROVING_KIND}` permits an execution: wait for the approval")]
    NotAnApproval {
        /// The leaf's kind.
        found: String,
    },
    /// The entry is about something else.
    #[error("the leaf is about `{found}`, the permit about `{expected}`: do not execute")]
    SubjectDiffers {
        /// The leaf's subject.
        found: String,
        /// The claimed candidate.
        expected: String,
    },
    /// The approval is not by a person.
    #[error("the approval is by a `{found}`, only a `human` can approve: do not execute")]
    NotByHuman {
        /// The leaf's principal kind.
        found: PrincipalKind,
    },
    /// The leaf shows no payload digest.
    #[error("the approving leaf shows no payload digest: do not execute")]
    DigestMissing,
    /// Another digest was approved.
    #[error("digest `{approved}` was approved, the permit claims `{claimed}`: do not execute")]
    DigestDiffers {
        /// The leaf's digest.
        approved: PayloadDigest,
        /// The claimed digest.
        claimed: PayloadDigest,
    },
    /// The payload is not the approved one.
    #[error("payload and nonce have digest `{computed}`, the permit claims `{claimed}`: do not execute")]
    PayloadDiffers {
        /// Digest of the payload that was sent along.
        computed: PayloadDigest,
        /// The claimed digest.
        claimed: PayloadDigest,
    },
    /// The leaf does not stand under the checkpoint.
    #[error("the approval is not proved to stand in the log: do not execute")]
    Inclusion(#[from] proof::Error),
}
