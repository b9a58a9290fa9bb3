//! Exports and reports over synthetic logs: made with the ledger's own format, served by a ledger that does what a test asks.

mod bench;
mod changes;
mod checking;
mod claiming;
mod contents;
mod docs;
mod edits;
mod exporting;
mod feedback_service;
mod figures;
mod finding_none;
mod following;
mod lighter_review;
mod log;
mod mining;
mod oracle;
mod privacy;
mod questions;
mod random_histories;
mod readings;
mod remembering;
mod rendering;
mod resuming;
mod signing;
mod story;
mod tampering;
