//! Stories told through the services, against a ledger in memory.

pub(crate) mod support;

mod asked_again;
mod batches;
mod bound_to_bytes;
mod decisions;
mod delegating;
mod evidence;
mod history;
mod kin;
mod listing;
mod outcomes;
mod owning;
mod permits;
mod policies;
mod proposals;
mod recording;
mod refusing;
mod replicas;
mod restarting;
mod rights;
mod sizes;
mod standing_approvals;
mod streaming;
mod time;
mod triggers;
mod watching;
mod workspaces;
