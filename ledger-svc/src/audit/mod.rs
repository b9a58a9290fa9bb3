//! Offline verification and proofs, from the files or databases alone: no service is asked, and none need run.
//!
//! [`verify`] reads every column of every row: entries are hashed again, contents included; tiles, checkpoints and fences are compared
//! with what the entries give; what SQLite keeps beside them is checked last. It reads one moment of the ledger, holds a few
//! kilobytes a log, and takes nothing in the files for granted: a wrong type, a broken text or a damaged page is a [`Finding`].
//!
//! A finding always has a [`Place`]: table, row and column as far as they are known, and the entries that are in doubt. What is found in
//! a pass is a `Fault` first (`fault.rs`), which is of no use until somebody says where: the log pass knows the index, the checkpoint
//! pass the stretch that was signed, and what lies below all logs, such as the schema, puts every entry in doubt (`extents.rs`). A row
//! that is missing is looked for under other keys before it is called lost (`astray.rs`).
//!
//! What it can not tell, because nothing in the files does: whether well-formed entries beyond the last checkpoint were appended by
//! the service ([`LogVerified::unsigned_entries`] counts them), and whether ledger and fence were both put back to an older moment.
//! Whoever remembers a later checkpoint finds that.

mod astray;
mod checkpoint_pass;
mod content_keys;
mod cover_pass;
mod custody_pass;
mod error;
mod extents;
mod fault;
mod fence_pass;
mod finding;
mod head_pass;
mod key_store_pass;
mod log_pass;
mod place;
mod prove;
mod prove_growth;
mod structure_pass;
mod tile_pass;
mod typed;
mod verify;
mod what;

pub use content_keys::content_keys;
pub use error::Error;
pub use finding::Finding;
pub use log_pass::LogVerified;
pub use place::{Cell, Extent, Place, Reach, StoreFile};
pub use prove::{EntryId, Proof, ProveError, prove};
pub use prove_growth::prove_growth;
pub use verify::{Progress, verify, verify_log};
pub use what::What;
