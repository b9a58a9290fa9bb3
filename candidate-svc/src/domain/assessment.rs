//! How reliable a reading is, and apart from that, how bad a mistake would be.

use serde::{Deserialize, Serialize};

use super::ActionType;

/// How reliable a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConfidenceLevel {
    /// The proposer would be surprised to be wrong.
    High,
    /// Probably right.
    Medium,
    /// A guess worth a look.
    Low,
    /// The proposer cannot tell, or did not say.
    #[default]
    NeedsReview,
}

/// What a confidence rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConfidenceBasis {
    /// The record was found by a unique id.
    IdMatch,
    /// Several fields agree, none of them unique.
    MultiFieldMatch,
    /// Concluded from text or from a single loose field.
    Inferred,
    /// Too little to go on, or not said.
    #[default]
    InsufficientData,
}

/// How reliable the reading is. Never lowers the risk.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confidence {
    /// The level.
    pub level: ConfidenceLevel,
    /// What it rests on.
    pub basis: ConfidenceBasis,
    /// The proposer's words for it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a mistake would cost, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskTier {
    /// Easily undone, seen by few.
    Low,
    /// Needs an approval.
    ApprovalRequired,
    /// Always a person, always singly.
    High,
}

/// What kind of thing a mistake would touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Impact {
    /// A note only colleagues see.
    InternalNote,
    /// A task on a colleague's list.
    OwnerTask,
    /// A field of a record.
    RecordField,
    /// Something a customer reads.
    CustomerMessage,
    /// An amount of money.
    Amount,
}

/// What a mistake would cost, as settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The tier: the highest that catalogue and proposer ask for.
    pub tier: RiskTier,
    /// What it would touch.
    pub impact: Impact,
    /// Why this tier, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

impl RiskTier {
    /// Returns the tier's word, as contract and files have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::ApprovalRequired => "APPROVAL_REQUIRED",
            Self::High => "HIGH",
        }
    }
}

impl Risk {
    /// Settles the risk of an action: the highest of the catalogue's tiers and the one asked for. Nothing lowers it, also not confidence.
    pub fn settle(action_type: &ActionType, asked: Option<RiskTier>) -> Self {
        let catalogue = action_type.default_risk_tier.max(action_type.least_risk_tier);
        let mut reasons = vec![format!("the catalogue has `{}` at `{}`", action_type.name, catalogue.as_str())];
        let tier = match asked {
            Some(asked) if asked > catalogue => {
                reasons.push(format!("the proposal asks for `{}`", asked.as_str()));
                asked
            }
            Some(_) | None => catalogue,
        };
        Self { tier, impact: action_type.impact, reasons }
    }
}
