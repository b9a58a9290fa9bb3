//! Verified exports of the ledger and the reports computed from them.

pub mod export;
pub mod report;
