//! `StandingApprovalService`: where people approve narrow categories ahead.

mod get_standing_approval;
mod grant_standing_approval;
mod list_standing_approvals;
mod revoke_standing_approval;
mod service;

pub use service::StandingApprovalRpc;
