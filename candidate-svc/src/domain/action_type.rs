//! What kinds of action there are: an entry of the action catalogue.

use super::{ActionTypeName, ChangedField, EvidenceKind, Impact, PayloadRecord, PayloadSchema, RiskTier};

/// An entry of the action catalogue.
#[derive(Debug, Clone)]
pub struct ActionType {
    /// The name, e.g. `create_task`.
    pub name: ActionTypeName,
    /// What it does, for people.
    pub description: String,
    /// What its payload must look like.
    pub schema: PayloadSchema,
    /// How payload fields are labelled for people, in the order of the file.
    pub labels: Vec<FieldLabel>,
    /// The tier without further reasons.
    pub default_risk_tier: RiskTier,
    /// No proposer and no policy can go below this tier.
    pub least_risk_tier: RiskTier,
    /// What a mistake would touch.
    pub impact: Impact,
    /// Evidence kinds that a candidate must have before it can be decided.
    pub required_evidence_kinds: Vec<EvidenceKind>,
    /// Which field of its record it changes, where it changes one.
    pub changes: Option<ChangedField>,
    /// Where its payload says which record it changes, where it does.
    pub payload_record: Option<PayloadRecord>,
    /// The connector operation that executes it, e.g. `create_task`.
    pub operation: String,
    /// Whether repeating the operation with the same idempotency key is safe.
    pub retry_safe: bool,
    /// What makes repeating safe; empty where nothing does.
    pub idempotency: String,
    /// How it can be undone; empty where it cannot.
    pub undo: String,
}

/// The operation that puts another review policy in force. No connector performs it.
pub const CHANGE_POLICY: &str = "change_policy";

impl ActionType {
    /// Tells whether it would change the review policy: then it is carried out here, and no executor gets a permit.
    pub fn changes_policy(&self) -> bool {
        self.operation == CHANGE_POLICY
    }

    /// Tells whether it has a field that it changes.
    pub fn says_what_it_changes(&self) -> bool {
        self.changes_policy() || self.changes.is_some()
    }
}

/// A label for one payload field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLabel {
    /// JSON Pointer (RFC 6901) into the payload.
    pub pointer: String,
    /// The label.
    pub label: String,
}
