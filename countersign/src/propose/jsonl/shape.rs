//! What stands on a line: the contract's `Proposal` in snake case, with words for enums and RFC 3339 for times.
//!
//! A field that is not here is refused by its name: a misspelled one must not get lost.

use jiff::Timestamp;
use ledger_format::Hash;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    /// Derived from the content when it is left out.
    pub request_id: Option<String>,
    pub action_type: String,
    /// The text as it stands there: numbers stay as they were written.
    #[serde(borrow)]
    pub payload: &'a RawValue,
    #[serde(default)]
    pub owner: String,
    pub trigger: Trigger,
    pub record: Option<Record>,
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    pub confidence: Option<Confidence>,
    pub risk_tier: Option<RiskTier>,
    #[serde(default)]
    pub context_summary: String,
    #[serde(default)]
    pub known_unknowns: Vec<String>,
    #[serde(default)]
    pub missing_fields: Vec<String>,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub evidence_numbers: Vec<u16>,
    pub due_time: Option<Timestamp>,
    #[serde(default)]
    pub dedup_key: String,
    pub generator: Option<Generator>,
    pub target: Option<Record>,
}

/// What caused it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    pub source_system: String,
    pub r#type: String,
    pub source_id: String,
    pub occur_time: Option<Timestamp>,
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// A record of the system of record.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub system: String,
    pub object_type: String,
    pub id: String,
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub link: String,
}

/// One thing a reviewer can check.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub kind: String,
    pub title: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub link: String,
    pub content_sha256: Option<Hash>,
    pub read_time: Option<Timestamp>,
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// A named value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub name: String,
    #[serde(default)]
    pub value: String,
}

/// How reliable the reading is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    pub level: ConfidenceLevel,
    pub basis: ConfidenceBasis,
    #[serde(default)]
    pub note: String,
}

/// `high`, `medium`, `low`, `needs_review`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceLevel {
    High,
    Medium,
    Low,
    NeedsReview,
}

/// `id_match`, `multi_field_match`, `inferred`, `insufficient_data`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceBasis {
    IdMatch,
    MultiFieldMatch,
    Inferred,
    InsufficientData,
}

/// `low`, `approval_required`, `high`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskTier {
    Low,
    ApprovalRequired,
    High,
}

/// What made it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generator {
    pub name: String,
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub prompt_version: String,
}
