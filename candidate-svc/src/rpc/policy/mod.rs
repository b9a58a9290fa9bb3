//! `PolicyService`: which review policy is in force, which were, and what is wrong with one. Nothing here changes any: that takes a
//! candidate.

mod check_policy;
mod get_policy_revision;
mod list_policy_revisions;
mod revision_name;
mod service;

pub use service::PolicyRpc;
