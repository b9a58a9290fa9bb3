//! Stories told through the services, against a ledger in memory.

pub(crate) mod support;

mod asked_again;
mod batches;
mod decisions;
mod history;
mod listing;
mod outcomes;
mod permits;
mod proposals;
mod recording;
mod restarting;
mod sizes;
mod streaming;
mod time;
mod triggers;
mod watching;
mod workspaces;
