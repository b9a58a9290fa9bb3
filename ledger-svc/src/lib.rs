//! The append-only, tamper-evident ledger: one log a workspace, RFC 6962 trees, checkpoints signed as C2SP notes.

pub mod appender;
pub mod audit;
pub mod config;
pub mod entry;
pub mod keys;
pub mod limits;
pub mod log;
pub mod origin;
pub mod rpc;
pub mod store;

mod app;
mod metrics;
mod publisher;

pub use app::{App, BuildError, Environment};
pub use config::{LedgerConfig, QueueLimits};
