//! Enum values as words: their wire name without the enum's prefix.

use countersign_api::candidate::v1::{
    ApprovalCause, ConfidenceBasis, ConfidenceLevel, FailureClass, Fault, Impact, LossCause, RejectionReason,
    ReleaseCause, ReviewPath, RiskTier, State,
};

use crate::export::column::Word;

/// An enum of the contract.
pub(super) trait Label: TryFrom<i32> {
    /// What every value's name begins with.
    const PREFIX: &'static str;

    /// Returns the name of the value in the contract.
    fn name(&self) -> &'static str;
}

/// Returns the word for an enum value: `WRONG_RECORD`; none when it is unspecified.
///
/// A value of a newer release gets a word of its own (`UNKNOWN_12`), so that it is never counted as another.
pub(super) fn label<E: Label>(number: i32) -> Word<'static> {
    match E::try_from(number) {
        Ok(_) if number == 0 => None,
        Ok(value) => Some(value.name().strip_prefix(E::PREFIX).unwrap_or_else(|| value.name()).into()),
        Err(_) => Some(format!("UNKNOWN_{number}").into()),
    }
}

macro_rules! labels {
    ($($enum:ty: $prefix:literal,)+) => {
        $(impl Label for $enum {
            const PREFIX: &'static str = $prefix;

            fn name(&self) -> &'static str {
                self.as_str_name()
            }
        })+
    };
}

labels! {
    ApprovalCause: "APPROVAL_CAUSE_",
    ConfidenceBasis: "CONFIDENCE_BASIS_",
    ConfidenceLevel: "CONFIDENCE_LEVEL_",
    FailureClass: "FAILURE_CLASS_",
    Fault: "FAULT_",
    Impact: "IMPACT_",
    LossCause: "LOSS_CAUSE_",
    RejectionReason: "REJECTION_REASON_",
    ReleaseCause: "RELEASE_CAUSE_",
    ReviewPath: "REVIEW_PATH_",
    RiskTier: "RISK_TIER_",
    State: "STATE_",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_named_without_its_prefix_and_a_newer_one_by_its_number() {
        assert_eq!(label::<RejectionReason>(2).as_deref(), Some("WRONG_RECORD"));
        assert_eq!(label::<State>(10).as_deref(), Some("OUTCOME_UNKNOWN"));
        assert_eq!(label::<Fault>(0), None);
        assert_eq!(label::<RiskTier>(77).as_deref(), Some("UNKNOWN_77"));
    }
}
