//! The review policy that a workspace works under.

use countersign_api::name::Workspace;
use ledger_format::Hash;

use crate::policy::Policy;

/// The revision that the first proposal of a workspace finds.
pub(crate) const FIRST_REVISION: u64 = 1;

/// The review policy that a workspace works under.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    /// Which revision it is.
    pub(crate) revision: u64,
    pub(crate) policy: Policy,
    /// SHA-256 of the policy file that the workspace last took notice of.
    pub(crate) file_digest: Hash,
}

/// A policy file that a workspace takes notice of, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyFileRow {
    pub(crate) workspace: Workspace,
    pub(crate) policy_digest: Hash,
}
