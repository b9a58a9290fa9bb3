//! What a proposer said.

use std::sync::Arc;

use countersign_api::name::CandidateName;
use serde::{Deserialize, Serialize};

use super::{ActionTypeName, Confidence, Moment, RecordReference, Trigger, as_text};

/// What made a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Generator {
    /// The program, e.g. `crm-rules`.
    pub name: String,
    /// The model; empty for plain rules.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The version of prompt or rule; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt_version: String,
}

/// The part of a proposal that nothing later changes. Evidence, risk, owner and payload change and stand on the candidate itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What made it.
    pub generator: Generator,
    /// What caused it.
    pub trigger: Arc<Trigger>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordReference>,
    /// What is going on, in the proposer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub context_summary: String,
    /// What stays unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_unknowns: Vec<String>,
    /// Source fields that should have a value and have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_fields: Vec<String>,
    /// How reliable the reading is.
    pub confidence: Confidence,
    /// The kind of action.
    pub action_type: ActionTypeName,
    /// What it would change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<RecordReference>,
    /// Why this action.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Numbers of the evidence the reason rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_numbers: Vec<u32>,
    /// When it needs to be decided; none: no wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// Two proposals with this key are about the same thing; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dedup_key: String,
    /// The candidate that it replaces, if any.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<CandidateName>,
}
