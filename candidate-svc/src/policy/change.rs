//! What a candidate says that would change the policy.

use serde::Deserialize;

use super::{Approvers, Policy};
use crate::catalogue::Catalogue;
use crate::keyed_toml::KeyError;

/// What errors call a policy that a payload carries: the payload's key.
const FILE: &str = "policy_toml";

/// A change of the policy: another one as a whole, written with a certain revision in mind.
#[derive(Debug, Clone)]
pub struct PolicyChange {
    /// The policy that would be in force.
    pub policy: Policy,
    /// The revision that was in force when it was written.
    pub base_revision: u64,
}

/// Why a payload is no change of the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyChangeError {
    /// A field is missing or of another kind. Says which, without the payload's values.
    #[error("it is no change of the policy: `policy_toml` is a text and `base_revision` a whole number")]
    Form,
    /// The policy is none, contradicts itself, or has a rule that never applies.
    #[error(transparent)]
    Policy(#[from] KeyError),
}

#[derive(Deserialize)]
struct Said {
    policy_toml: String,
    base_revision: u64,
}

impl PolicyChange {
    /// Reads a payload, and checks the policy in it against the action types that there are and the roles that may approve.
    ///
    /// # Errors
    ///
    /// See [`PolicyChangeError`].
    pub fn read(payload_json: &str, catalogue: &Catalogue, approvers: &Approvers) -> Result<Self, PolicyChangeError> {
        let Said { policy_toml, base_revision } =
            serde_json::from_str(payload_json).map_err(|_| PolicyChangeError::Form)?;
        Ok(Self { policy: Policy::read_checked(FILE, &policy_toml, catalogue, approvers)?, base_revision })
    }
}
