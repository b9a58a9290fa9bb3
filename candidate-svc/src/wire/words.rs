//! Words of the contract that stand for themselves: states, reasons, causes.

use countersign_api::candidate::v1 as api;

use super::{FieldError, field};
use crate::domain::{
    ApprovalCause, FailureClass, Fault, LossCause, RejectionReason, ReleaseCause, ReviewPath, StateName,
};

/// A word of the domain and its twin in the contract.
pub trait Word: Sized {
    /// The contract's enum.
    type Wire: TryFrom<i32> + Into<i32>;

    /// Writes the word as the contract has it.
    fn to_wire(self) -> Self::Wire;

    /// The contract's names of all words, e.g. `REJECTION_REASON_OTHER`.
    fn choices() -> Vec<&'static str>;

    /// Reads the contract's word; none for the unspecified one.
    fn of_wire(wire: Self::Wire) -> Option<Self>;
}

/// Reads a word that must be stated.
///
/// # Errors
/// When it is unspecified, or not of this release's contract.
pub fn from_wire<W: Word>(field: &str, number: i32) -> Result<W, FieldError> {
    W::of_wire(field::word(field, number)?).ok_or_else(|| FieldError::unchosen(field, &W::choices()))
}

macro_rules! words {
    ($domain:ident, $wire:ident: $($word:ident),+) => {
        impl Word for $domain {
            type Wire = api::$wire;

            fn to_wire(self) -> api::$wire {
                match self {
                    $(Self::$word => api::$wire::$word,)+
                }
            }

            fn choices() -> Vec<&'static str> {
                vec![$(api::$wire::$word.as_str_name()),+]
            }

            fn of_wire(wire: api::$wire) -> Option<Self> {
                match wire {
                    api::$wire::Unspecified => None,
                    $(api::$wire::$word => Some(Self::$word),)+
                }
            }
        }
    };
}

words!(
    StateName, State: Proposed, NeedsEvidence, NeedsOwner, Edited, Held, Approved, Executing, Executed, Failed, OutcomeUnknown,
    Rework, Rejected, Withdrawn, Expired
);
words!(
    RejectionReason, RejectionReason: WrongReading, WrongRecord, Duplicate, NotWorthIt, BadTiming, AgainstPolicy,
    InsufficientEvidence, Other
);
words!(
    FailureClass, FailureClass: Invalid, Precondition, NotFound, Permission, Unavailable, PermitRefused, Other
);
words!(Fault, Fault: Proposal, Edit, Execution);
words!(ApprovalCause, ApprovalCause: Review, Retry, Settlement, StandingApproval);
words!(ReleaseCause, ReleaseCause: Reviewer, Time, Evidence);
words!(ReviewPath, ReviewPath: Light, Standard, Strict);
words!(LossCause, LossCause: LeaseLapsed, Executor, ApprovalLapsed);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_back_as_written_and_has_the_contracts_name() {
        for state in StateName::ALL {
            let wire = state.to_wire();
            assert_eq!(StateName::of_wire(wire), Some(state));
            assert_eq!(wire.as_str_name().strip_prefix("STATE_"), Some(state.as_str()));
        }
        let unset = from_wire::<Fault>("fault", 0).expect_err("no fault is stated");
        let choices = "`FAULT_PROPOSAL`, `FAULT_EDIT`, `FAULT_EXECUTION`";
        assert_eq!(unset.to_string(), format!("`fault`: is not set; choose one of {choices}"));
        assert!(from_wire::<StateName>("state", 99).is_err());
    }
}
