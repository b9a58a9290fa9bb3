//! Review policies that are or were in force.

use countersign_api::candidate::v1 as api;

use super::time;
use crate::domain::PolicyRevision;

/// Writes a policy revision as the contract has it.
pub fn to_wire(revision: &PolicyRevision) -> api::PolicyRevision {
    let PolicyRevision { workspace, revision: number, policy_toml, policy_digest, applied_at, candidate } = revision;
    api::PolicyRevision {
        name: format!("{workspace}/policyRevisions/{number}"),
        revision: i64::try_from(*number).expect("invariant: a counter fits 63 bits"),
        policy_toml: policy_toml.to_string(),
        policy_digest: policy_digest.as_bytes().to_vec(),
        apply_time: Some(time::to_wire(*applied_at)),
        candidate: candidate.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
