//! Whose move a transition is, in general.

use super::Verb;

/// Who makes a move, so that an answer offers nobody what only others can do. `entitlement` judges the case at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doer {
    /// A person who decides.
    Person,
    /// Whoever proposed it.
    Proposer,
    /// A service that executes.
    Executor,
    /// The clock.
    Time,
}

impl Doer {
    /// Every doer, people first.
    pub const ALL: [Self; 4] = [Self::Person, Self::Proposer, Self::Executor, Self::Time];

    /// Returns whose move the verb is.
    pub const fn of(verb: Verb) -> Self {
        match verb {
            Verb::AddEvidence
            | Verb::RequestEvidence
            | Verb::AssignOwner
            | Verb::Edit
            | Verb::Approve
            | Verb::WithdrawApproval
            | Verb::Reject
            | Verb::Hold
            | Verb::Release
            | Verb::Settle
            | Verb::Retry
            | Verb::SendBack => Self::Person,
            Verb::Propose | Verb::Withdraw => Self::Proposer,
            Verb::Claim | Verb::ExtendClaim | Verb::ReportSuccess | Verb::ReportFailure | Verb::LoseTrack => {
                Self::Executor
            }
            Verb::Expire | Verb::Escalate => Self::Time,
        }
    }

    /// Returns the doer as the subject of a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "a person",
            Self::Proposer => "its proposer",
            Self::Executor => "an executor",
            Self::Time => "time",
        }
    }
}
