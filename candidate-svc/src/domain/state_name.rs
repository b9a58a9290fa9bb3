//! The plain names of states.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a candidate is in its life, without the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// Waits for a decision.
    Proposed,
    /// Waits for evidence.
    NeedsEvidence,
    /// Waits for an owner.
    NeedsOwner,
    /// Changed by a person; waits for a decision.
    Edited,
    /// Put aside.
    Held,
    /// May be executed once its approval is recorded.
    Approved,
    /// An executor holds the claim.
    Executing,
    /// Done.
    Executed,
    /// Not done; a person decides what follows.
    Failed,
    /// Nobody knows whether it was done.
    OutcomeUnknown,
    /// Sent back; waits for an edit or a rejection.
    Rework,
    /// Refused by a person. Terminal.
    Rejected,
    /// Taken back or superseded. Terminal.
    Withdrawn,
    /// Nobody decided in time. Terminal.
    Expired,
}

/// Says that a text names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no state; write one as the contract does, e.g. `NEEDS_EVIDENCE`")]
pub struct UnknownState(pub String);

impl StateName {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 14] = [
        Self::Proposed,
        Self::NeedsEvidence,
        Self::NeedsOwner,
        Self::Edited,
        Self::Held,
        Self::Approved,
        Self::Executing,
        Self::Executed,
        Self::Failed,
        Self::OutcomeUnknown,
        Self::Rework,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// Returns the name as the contract has it, without the enum's prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "PROPOSED",
            Self::NeedsEvidence => "NEEDS_EVIDENCE",
            Self::NeedsOwner => "NEEDS_OWNER",
            Self::Edited => "EDITED",
            Self::Held => "HELD",
            Self::Approved => "APPROVED",
            Self::Executing => "EXECUTING",
            Self::Executed => "EXECUTED",
            Self::Failed => "FAILED",
            Self::OutcomeUnknown => "OUTCOME_UNKNOWN",
            Self::Rework => "REWORK",
            Self::Rejected => "REJECTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Expired => "EXPIRED",
        }
    }

    /// Tells whether something may still be done under it, or may have been done without anybody knowing.
    pub const fn is_live(self) -> bool {
        match self {
            Self::Proposed
            | Self::NeedsEvidence
            | Self::NeedsOwner
            | Self::Edited
            | Self::Held
            | Self::Approved
            | Self::Executing
            | Self::Failed
            | Self::OutcomeUnknown
            | Self::Rework => true,
            Self::Executed | Self::Rejected | Self::Withdrawn | Self::Expired => false,
        }
    }

    /// Tells whether an approval stands, or its outcome is not known.
    pub const fn is_underway(self) -> bool {
        match self {
            Self::Approved | Self::Executing | Self::OutcomeUnknown => true,
            Self::Proposed
            | Self::NeedsEvidence
            | Self::NeedsOwner
            | Self::Edited
            | Self::Held
            | Self::Failed
            | Self::Rework
            | Self::Executed
            | Self::Rejected
            | Self::Withdrawn
            | Self::Expired => false,
        }
    }

    /// Tells whether a decision is still to come, and the clock may end the wait.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Proposed | Self::NeedsEvidence | Self::NeedsOwner | Self::Edited | Self::Held => true,
            Self::Approved
            | Self::Executing
            | Self::Executed
            | Self::Failed
            | Self::OutcomeUnknown
            | Self::Rework
            | Self::Rejected
            | Self::Withdrawn
            | Self::Expired => false,
        }
    }
}

impl FromStr for StateName {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        let named = Self::ALL.into_iter().find(|state| state.as_str() == text);
        named.ok_or_else(|| UnknownState(text.chars().take(100).collect()))
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_as_written() {
        for state in StateName::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).expect("a name"), state.as_str());
        }
        assert!("proposed".parse::<StateName>().is_err());
    }
}
