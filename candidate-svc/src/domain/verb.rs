//! The names of transitions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A legal move's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Puts an action forward.
    Propose,
    /// Adds evidence.
    AddEvidence,
    /// Asks for evidence.
    RequestEvidence,
    /// Gives it an owner.
    AssignOwner,
    /// Changes the payload.
    Edit,
    /// Approves a digest.
    Approve,
    /// Takes one's approval back.
    WithdrawApproval,
    /// Refuses.
    Reject,
    /// Puts aside.
    Hold,
    /// Ends a hold.
    Release,
    /// Takes one's proposal back.
    Withdraw,
    /// Lets time end it.
    Expire,
    /// Brings it to somebody else while nobody decides.
    Escalate,
    /// Takes the lease.
    Claim,
    /// Extends the lease.
    ExtendClaim,
    /// Says that it was done.
    ReportSuccess,
    /// Says that it was not done.
    ReportFailure,
    /// Says that nobody knows.
    LoseTrack,
    /// Says what was found out.
    Settle,
    /// Orders another try.
    Retry,
    /// Sends it back for rework.
    SendBack,
}

/// Says that a text names no transition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no transition; write one in snake case, e.g. `add_evidence`")]
pub struct UnknownVerb(pub String);

impl Verb {
    /// Every verb, in the order of a life.
    pub const ALL: [Self; 21] = [
        Self::Propose,
        Self::AddEvidence,
        Self::RequestEvidence,
        Self::AssignOwner,
        Self::Edit,
        Self::Approve,
        Self::WithdrawApproval,
        Self::Reject,
        Self::Hold,
        Self::Release,
        Self::Withdraw,
        Self::Expire,
        Self::Escalate,
        Self::Claim,
        Self::ExtendClaim,
        Self::ReportSuccess,
        Self::ReportFailure,
        Self::LoseTrack,
        Self::Settle,
        Self::Retry,
        Self::SendBack,
    ];

    /// Returns the verb in snake case, as the wire has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Propose => "propose",
            Self::AddEvidence => "add_evidence",
            Self::RequestEvidence => "request_evidence",
            Self::AssignOwner => "assign_owner",
            Self::Edit => "edit",
            Self::Approve => "approve",
            Self::WithdrawApproval => "withdraw_approval",
            Self::Reject => "reject",
            Self::Hold => "hold",
            Self::Release => "release",
            Self::Withdraw => "withdraw",
            Self::Expire => "expire",
            Self::Escalate => "escalate",
            Self::Claim => "claim",
            Self::ExtendClaim => "extend_claim",
            Self::ReportSuccess => "report_success",
            Self::ReportFailure => "report_failure",
            Self::LoseTrack => "lose_track",
            Self::Settle => "settle",
            Self::Retry => "retry",
            Self::SendBack => "send_back",
        }
    }
}

impl FromStr for Verb {
    type Err = UnknownVerb;

    fn from_str(text: &str) -> Result<Self, UnknownVerb> {
        let named = Self::ALL.into_iter().find(|verb| verb.as_str() == text);
        named.ok_or_else(|| UnknownVerb(text.chars().take(100).collect()))
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_reads_back_as_written() {
        for verb in Verb::ALL {
            assert_eq!(verb.as_str().parse(), Ok(verb));
            assert_eq!(serde_json::to_value(verb).expect("a word"), verb.as_str());
        }
        assert!("Approve".parse::<Verb>().is_err());
    }
}
