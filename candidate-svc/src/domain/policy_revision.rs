//! Which review policy was in force when.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;

use super::Moment;

/// A review policy that is or was in force in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRevision {
    /// The workspace.
    pub workspace: Workspace,
    /// From 1, the one that the first proposal found in the file.
    pub revision: u64,
    /// Its text, as TOML.
    pub policy_toml: Arc<str>,
    /// SHA-256 of the text.
    pub policy_digest: Hash,
    /// When it came into force.
    pub applied_at: Moment,
    /// The candidate that brought it; none for the first.
    pub candidate: Option<CandidateName>,
}
