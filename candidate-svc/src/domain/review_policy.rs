//! What the review policy is asked, and what it answers.

use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use service_kit::access::Role;

use super::{ActionTypeName, Confidence, Risk, as_text};

/// How a candidate is to be reviewed, as the policy in force judged it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVerdict {
    /// SHA-256 of the policy that judged.
    pub policy_digest: Hash,
    /// How many different people must approve the same digest, at least 1.
    pub quorum: u32,
    /// Nobody may approve their own proposal or edit.
    pub four_eyes: bool,
    /// Roles that may approve; one of them is enough.
    #[serde(with = "as_text::each")]
    pub approver_roles: Vec<Role>,
    /// Why, rule by rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// How long an undecided candidate lives.
    pub expire_after_secs: u64,
    /// How long an approval lasts that nobody executes.
    pub approval_valid_for_secs: u64,
}

/// A review policy: judges each proposal, and again each edit.
pub trait ReviewPolicy: Send + Sync {
    /// Says how a candidate with this action type, risk and confidence is to be reviewed.
    fn judge(&self, action_type: &ActionTypeName, risk: &Risk, confidence: &Confidence) -> PolicyVerdict;
}

/// A verdict given ahead judges everything alike.
impl ReviewPolicy for PolicyVerdict {
    fn judge(&self, _: &ActionTypeName, _: &Risk, _: &Confidence) -> PolicyVerdict {
        self.clone()
    }
}
