//! `FeedbackService`: one file for each rpc.

mod get_proposer_feedback;
mod get_report;
mod list_reports;
mod page_token;
mod run_report;
mod service;
mod status;
mod wire;
mod wire_feedback;
mod words;

pub use service::FeedbackRpc;
