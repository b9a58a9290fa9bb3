//! What a reviewer can check, and what a reviewer asked for.

use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use service_kit::access::PrincipalId;

use super::{EvidenceKind, Moment, as_text};

/// Evidence as somebody hands it in, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceItem {
    /// What kind it is, e.g. `record_field`.
    pub kind: EvidenceKind,
    /// A short title.
    pub title: String,
    /// A short summary, not a copy of the source; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Where a reviewer finds the source; may be empty; never fetched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// SHA-256 of the source's bytes as they were read, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<Hash>,
    /// When the source was read, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Moment>,
    /// The fields of the source it rests on, with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<EvidenceField>,
}

/// A field of a source, with the value that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceField {
    /// The field's name in the source.
    pub name: String,
    /// The value as it was read.
    pub value: String,
}

/// Evidence on a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Position on the candidate, from 1.
    pub number: u32,
    /// Who added it.
    #[serde(with = "as_text")]
    pub added_by: PrincipalId,
    /// What it says.
    #[serde(flatten)]
    pub item: EvidenceItem,
}

/// What evidence is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceQuestion {
    /// The question.
    pub question: String,
    /// Kinds that answer it. Asked by a person: one of them does, or any evidence when none is named. Asked by the action type: all of
    /// them are needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<EvidenceKind>,
    /// Who asked; none: the action type's own requirement.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<PrincipalId>,
}
