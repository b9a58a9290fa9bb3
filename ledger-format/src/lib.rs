//! The bytes of the ledger: what is hashed, what is signed, what is proved, and how all of it is checked.
//!
//! Both sides stand on this crate: the ledger that writes and whoever does not want to trust it (executor, auditor, export). The
//! layout is described byte by byte in `docs/ledger-format.md`; the vectors in `testdata/` fix it.
//!
//! **Promises.** Every value has one encoding, and decoding refuses all others. No input makes a parsing or verifying function panic.
//! A [`RecordedApproval`] comes into being by passing its checks and in no other way; what a [`SignedCheckpoint`] says comes out of its
//! verification only. Nonces, salts and private keys never appear in `Debug`.
//!
//! **Left out on purpose.** Storage, network, clocks, randomness and async: times, nonces and salts are arguments. Which key a
//! subject has: the caller holds the keys that [`sealed`] contents open under.
//! The memory of the last checkpoint seen; the caller holds it and checks a [`ConsistencyProof`].
//!
//! **How an approval flows.** [`canonical_json`] fixes the payload's bytes and [`payload`] digests them; [`content`] commits to
//! what the event says; [`leaf`] binds both and is hashed by [`tree`]; the appender answers a [`receipt`]; [`checkpoint`] signs size and
//! root as a [`note`] under a [`key`]; [`inclusion`] proves the leaf under it, [`consistency`] that the log only grew, [`tile`] keeps the
//! hashes; [`tlog_proof`] is the proof as a file; [`approval`] checks it all before anything is executed; [`verify`] reads a whole log.
//!
//! **How a witness cosigns.** [`add_checkpoint`] is what it is sent, [`cosignature`] what it answers, [`witness_policy`] which answers are
//! enough. [`key_list`] holds a log to several keys, so that one can take the place of another.

pub mod add_checkpoint;
pub mod approval;
pub mod canonical_json;
pub mod checkpoint;
pub mod consistency;
pub mod content;
pub mod cosignature;
pub mod custody;
mod decimal;
pub mod hash;
pub mod inclusion;
pub mod key;
pub mod key_list;
pub mod leaf;
pub mod note;
pub mod payload;
pub mod principal;
pub mod proof;
pub mod receipt;
pub mod sealed;
pub mod subtree;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod verify;
pub mod witness_policy;

pub use add_checkpoint::AddCheckpoint;
pub use approval::{APPROVING_KIND, ClaimedApproval, RecordedApproval};
pub use canonical_json::{canonicalize, canonicalize_text};
pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use consistency::ConsistencyProof;
pub use content::{CONTENT_MAX_BYTES, Commitment, Salt, commit_content};
pub use cosignature::{CosigningKey, WitnessKey};
pub use hash::{HASH_BYTES, Hash, sha256};
pub use inclusion::{InclusionProof, verify_inclusion};
pub use key::{SigningKey, VerifyingKey};
pub use key_list::{PinnedKeys, VerifyingKeys};
pub use leaf::{LEAF_MAX_BYTES, Leaf};
pub use note::NoteSignature;
pub use payload::{Nonce, PAYLOAD_MAX_BYTES, PayloadDigest, canonicalize_payload, digest_payload};
pub use principal::PrincipalKind;
pub use receipt::Receipt;
pub use sealed::{ContentKey, NotOpened, SEAL_NONCE_BYTES};
pub use subtree::{HashReader, Subtree};
pub use tile::{TILE_WIDTH, Tile, TileId};
pub use tlog_proof::TlogProof;
pub use tree::{Frontier, empty_root, leaf_hash, node_hash};
pub use verify::{Column, Content, EntryParts, Finding, LogVerifier, Verified};
pub use witness_policy::WitnessPolicy;
