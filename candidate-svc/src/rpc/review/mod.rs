//! `ReviewService`: where people decide.

mod add_evidence;
mod approve_candidate;
mod assign_owner;
mod count_candidates;
mod decide_batch;
mod delegate_reviews;
mod edit_candidate;
mod end_delegation;
mod get_candidate;
mod hold_candidate;
mod list_candidates;
mod list_delegations;
mod reject_candidate;
mod release_candidate;
mod request_evidence;
mod retry_execution;
mod send_back_for_rework;
mod service;
mod settle_outcome;
mod turns;
mod watch_candidates;
mod withdraw_approval;

pub use service::ReviewRpc;
