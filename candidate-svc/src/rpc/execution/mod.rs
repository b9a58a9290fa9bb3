//! `ExecutionService`: where executors get permits and report back.

mod claim_executions;
mod claim_request;
mod claimer;
mod extend_claim;
mod report_outcome;
mod service;

pub use service::ExecutionRpc;
