//! `ProposalService`: where AI generators and rules propose.

mod list_action_types;
mod propose_candidate;
mod service;
mod stream_proposals;
mod take;
mod watch_outcomes;
mod withdraw_candidate;

pub use service::ProposalRpc;
