//! Approvals, and what leads to them.

use ledger_format::PayloadDigest;
use serde::{Deserialize, Serialize};

use super::{Moment, Person};

/// One person's approval of one digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Who approved.
    pub approver: Person,
    /// The digest they approved.
    pub digest: PayloadDigest,
    /// When.
    pub approved_at: Moment,
    /// Their words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What led to an approval that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApprovalCause {
    /// A review.
    Review,
    /// A person ordered another try after a failure.
    Retry,
    /// A person settled an unknown outcome as not done and ordered another try.
    Settlement,
    /// A standing approval that a person gave ahead.
    StandingApproval,
}
