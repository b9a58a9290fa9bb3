//! Approvals: given one by one, and given ahead.

use std::fmt;
use std::str::FromStr;

use ledger_format::PayloadDigest;
use serde::{Deserialize, Serialize};

use super::{Moment, Person};

/// The longest name of a standing approval, in bytes.
pub const STANDING_APPROVAL_NAME_MAX_BYTES: usize = 256;

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

/// The name of a standing approval: 1 to 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StandingApprovalName(String);

/// Says that a text cannot name a standing approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a standing approval's name has 1 to {STANDING_APPROVAL_NAME_MAX_BYTES} bytes, found `{bytes}`")]
pub struct StandingApprovalNameError {
    /// Length of the text.
    pub bytes: usize,
}

/// An approval that a person gave ahead, as it applies to one proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingApproval {
    /// Its name.
    pub name: StandingApprovalName,
    /// Who gave it.
    pub granted_by: Person,
    /// When it ends.
    pub valid_until: Moment,
    /// Whether this proposal was drawn for the audit sample, and so goes to a person all the same.
    pub drawn_for_audit: bool,
}

impl StandingApprovalName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for StandingApprovalName {
    type Error = StandingApprovalNameError;

    fn try_from(text: String) -> Result<Self, StandingApprovalNameError> {
        let bytes = text.len();
        if (1..=STANDING_APPROVAL_NAME_MAX_BYTES).contains(&bytes) {
            Ok(Self(text))
        } else {
            Err(StandingApprovalNameError { bytes })
        }
    }
}

impl FromStr for StandingApprovalName {
    type Err = StandingApprovalNameError;

    fn from_str(text: &str) -> Result<Self, StandingApprovalNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<StandingApprovalName> for String {
    fn from(name: StandingApprovalName) -> Self {
        name.0
    }
}

impl fmt::Display for StandingApprovalName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
