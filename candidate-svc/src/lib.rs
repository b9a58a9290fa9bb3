//! The lifecycle of action candidates: proposals, decisions, permits, outcomes.
//!
//! **What it is.** The services that proposers, people and executors talk to. A candidate waits here for a person; what
//! the person decided is recorded in the ledger; only then an executor gets a permit.
//!
//! **Promises.** What is acknowledged is durable, and its event reaches the ledger exactly once (C-5). The same request id
//! gives the same answer for as long as the candidate lives (C-6). No permit leaves before the approving event has its
//! ledger receipt, under a signed checkpoint (C-2). A row equals what its events make (C-8). Memory is bounded: queues and
//! windows are, and whoever sends faster than the disk takes is made to wait.
//!
//! **Left out on purpose.** Executing (the executor's), proving and signing (the ledger's), who a caller is and which rpcs
//! its kind and roles allow (the server's access layer).
//!
//! **How a request flows, by file.** `rpc/review/approve_candidate.rs` parses it with `wire/command.rs` and hands a job to
//! `store/handle.rs`. The writer (`store/sqlite/writer.rs`, or `store/postgres/writer.rs` beside other processes) takes what waits, and `store/batch.rs` judges each job with
//! [`domain::decide`] and [`domain::evolve`]; rows, events and request records are committed together, then every job is
//! answered. The commit wakes `relay/`, which has the ledger record the events and keeps the receipts; receipts wake
//! `rpc/execution/claimer.rs`, which has the ledger prove the approval, claims, and hands out a `permit/`. What time
//! brings about, `timekeeper.rs` does through the same writer; so does `policy_applier.rs` with an approved change of the review
//! policy, which no executor is asked for, and `standing_watch.rs` with a standing approval under which people find too much harm. Watches (`rpc/follow.rs`) read the ledger's order.

pub mod catalogue;
pub mod domain;
pub mod ownership;
pub mod policy;

mod app;
mod audit_sample;
mod config;
mod each_workspace;
mod erasure;
mod keyed_toml;
mod listing;
mod permit;
mod policy_applier;
mod policy_file;
mod relay;
mod rpc;
mod standing_watch;
mod store;
mod timekeeper;
mod wire;

#[cfg(test)]
mod tests;

pub use app::{App, Environment};
pub use audit_sample::{AuditKeyError, AuditSample};
pub use config::Config;
pub use keyed_toml::KeyError;
pub use rpc::{ExecutionRpc, PolicyRpc, ProposalRpc, ReviewRpc, StandingApprovalRpc, TriggerRpc};
pub use store::{OpenError, migrate, schema_standing};
