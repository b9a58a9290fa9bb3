//! The append-only, tamper-evident ledger: one log a workspace, an RFC 6962 tree over its entries, checkpoints signed as C2SP notes.
//!
//! # What it promises
//!
//! - **L-1** Indices are dense and in commit order; no reader or subscriber skips one.
//! - **L-2** Every checkpoint is a prefix of every later one, and no size ever gets two roots. The fence store, a file apart, is moved
//!   by compare-and-swap before anything is signed; what is signed was read back from the file.
//! - **L-3** An entry that was answered is on disk.
//! - **L-4** [`audit::verify`] finds a changed, lost, moved or added byte of any stored column, and names the entry, or the smallest
//!   range that stored hashes and checkpoints can prove.
//! - **L-5** The same idempotency key gives the same receipt; with something else to say it is refused.
//! - **L-6** After an erasure the content can not be recovered or guessed from what is left, and every proof still verifies.
//!
//! When storage fails, or the files turn out not to be the ones that were signed, it stops writing and signing and goes on
//! reading. Memory is bounded: queues in jobs and bytes, chunks, pages, batches ([`limits`]).
//!
//! # What it leaves out on purpose
//!
//! The bytes themselves: leaf, tree, note, cosignature and proofs are `ledger-format`'s. What an entry means: content is opaque. Who may
//! call: the server's access layer knows.
//!
//! # How an append flows
//!
//! [`rpc`] `append_entries.rs` or `append_stream.rs` parses and hands the entries to the [`appender`] (`handle.rs`), where they wait in
//! a bounded queue → `commit.rs` takes whatever waits, looks up all keys at once, lets `settle.rs` decide (receipt again, refusal, or
//! the next index), moves the log's right edge ([`log`]), writes entries and full tiles in one transaction
//! ([`store`]), answers, and wakes subscribers → the publisher (`publisher/round.rs`) reads the new rows back, asserts
//! that they give the same root, moves the fence ([`store::fence`]), signs, and hands the checkpoint to the appender, whose next
//! commit stores it → whoever waits in `get_checkpoint.rs` or `prove_inclusion.rs` goes on.
//!
//! On PostgreSQL other processes do the same to the same logs. Each commit then begins by locking the heads of its logs
//! ([`store::postgres`]) and reading what others added (`appender/catch_up.rs`); a publisher takes over what others signed
//! (`publisher/beside_others.rs`); and a follower (`follower/`) tells readers and subscribers how far the logs reach, and finishes erasures
//! that another process may have left.
//!
//! # How the word spreads
//!
//! [`log_of_logs`] takes each signed checkpoint, once a second at most, and appends it to a log of its own, which the publisher signs as
//! it does all; [`witness`] takes the checkpoints of that one to the witnesses of a policy, and keeps what they cosign. `tiles` serves
//! checkpoints, tiles and entry bundles over plain HTTP. Nobody who appends waits for any of it.
//!
//! # How it starts
//!
//! [`LedgerConfig::build`] opens files or databases; `publisher/recovery.rs` rebuilds each log's right edge from tiles and entries and holds
//! it against the last checkpoint and the fence. A log that disagrees is halted; entries that no checkpoint covers yet are signed at
//! once.
//!
//! # How it is audited
//!
//! [`audit`] needs the two files and the public key, and no server. It reads rows raw ([`store::raw`]) and believes none.

pub mod appender;
pub mod audit;
pub mod config;
pub mod contents;
pub mod custody;
pub mod entry;
pub mod keys;
pub mod limits;
pub mod log;
pub mod log_of_logs;
pub mod origin;
pub mod rpc;
pub mod signing;
pub mod store;
pub mod witness;

mod app;
mod follower;
mod metrics;
mod publisher;
mod stores;
mod tiles;

pub use app::{App, BuildError, Environment};
pub use config::{LedgerConfig, QueueLimits};
pub use stores::SchemaStandings;
