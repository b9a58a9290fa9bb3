//! What the record says: verified exports of the ledger, and the reports computed from them.
//!
//! **Promises.** Nothing is reported that was not verified: an export is checked entry by entry against a signed checkpoint under
//! a pinned key, and a report is made from a verified export and from nothing else. Every figure can be computed again from the
//! export it names (A-1), and the same export gives the same bytes. No word that a person wrote, no name and no value of a payload
//! leaves the log: exports hold categories, times, counts, pseudonyms and hashes under a key that stays behind. Whoever makes an
//! export signs for it and names the one before. Nothing is written over a file that is not of an export of the same log, and all
//! that is written is for its owner alone. What this release cannot read is counted and said. Memory stays flat as the log grows.
//!
//! **Left out on purpose.** Proof of what columns say of contents: the exporter's signature answers for them, the ledger does not.
//! Words of people: why somebody decided as they did is told by reason codes alone, and which words were changed by keyed hashes; `rpc/words`
//! reads the words from the ledger for a proposer who asks, and keeps them nowhere. Whoever wants to ask other questions asks the Parquet
//! files themselves.
//!
//! **How a report flows.** `rpc/run_report` hands a run to `feedback/runner`, which does one at a time. [`export`] reads the log's
//! stream, verifies each entry, turns its event into typed columns, and writes parts and a signed manifest;
//! [`verify`](export::verify) reads them back. [`report`] asks its questions of lazy frames over the parts, [`statistics`](::statistics) says how sure the
//! answers are, and they are written as HTML, Markdown, JSON, CSV and Parquet.
//! `feedback/reports` keeps them, and the other rpcs read from there. [`mining`] writes the entries of an export as logs for process mining.

mod app;
mod feedback;
mod metrics;
mod rpc;

pub mod export;
pub mod mining;
pub mod report;

pub use app::{App, Environment, FeedbackConfig};
pub use feedback::{AllowedHarm, Cadence, Exporter, MailError, Mailer, NoCadence, PolicyUnread, Schedule};
pub use rpc::FeedbackRpc;
