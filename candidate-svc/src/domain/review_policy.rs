//! What the review policy is asked, and what it answers.

use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use service_kit::access::{PrincipalId, Role};

use super::{ActionTypeName, Audience, Confidence, Risk, as_text};

/// How much looking a candidate deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewPath {
    /// A short look: bulk and standing approvals are possible where the policy says so.
    Light,
    /// One candidate, one look.
    #[default]
    Standard,
    /// One candidate, one look, explicitly: never in bulk, never ahead.
    Strict,
}

/// Who hears of a candidate that nobody decides, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationStep {
    /// This long after the proposal, or after the last edit.
    pub after_secs: u64,
    /// Whose turn it is from then on.
    #[serde(with = "as_text")]
    pub to: Audience,
}

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
    /// How much looking it deserves.
    #[serde(default)]
    pub path: ReviewPath,
    /// Whether it may be approved together with others.
    #[serde(default)]
    pub bulk_allowed: bool,
    /// Who hears of it while nobody decides, in order of time, each before it expires.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalations: Vec<EscalationStep>,
    /// How long a rejection is remembered; 0: not at all.
    #[serde(default)]
    pub rejection_memory_secs: u64,
}

impl PolicyVerdict {
    /// Tells whether one person may approve it ahead, as far as policy goes: a short look by one of them would be enough.
    pub fn allows_approval_ahead(&self) -> bool {
        self.path == ReviewPath::Light && self.quorum <= 1
    }
}

/// What a policy looks at: a candidate as far as it matters to how it is reviewed.
#[derive(Debug, Clone, Copy)]
pub struct PolicyCase<'a> {
    /// The kind of action.
    pub action_type: &'a ActionTypeName,
    /// Who proposed it; none for somebody whom no rule can name.
    pub proposer: Option<&'a PrincipalId>,
    /// The risk as settled.
    pub risk: &'a Risk,
    /// How sure its proposer is.
    pub confidence: &'a Confidence,
}

/// A review policy: judges each proposal, and again each edit.
pub trait ReviewPolicy: Send + Sync {
    /// Says how such a candidate is to be reviewed.
    fn judge(&self, case: PolicyCase<'_>) -> PolicyVerdict;
}

/// A verdict given ahead judges everything alike.
impl ReviewPolicy for PolicyVerdict {
    fn judge(&self, _: PolicyCase<'_>) -> PolicyVerdict {
        self.clone()
    }
}
