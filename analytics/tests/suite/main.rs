//! Exports and reports over synthetic logs: made with the ledger's own format, served by a ledger that does what a test asks.

mod bench;
mod docs;
mod edits;
mod exporting;
mod feedback_service;
mod figures;
mod log;
mod oracle;
mod random_histories;
mod readings;
mod rendering;
mod resuming;
mod story;
mod tampering;
