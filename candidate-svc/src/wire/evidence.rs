//! Evidence, and what was asked for.

use countersign_api::candidate::v1 as api;
use service_kit::access::PrincipalId;

use super::{FieldError, field, principal, time};
use crate::domain::{Evidence, EvidenceField, EvidenceItem, EvidenceKind, EvidenceQuestion};

/// Writes evidence as the contract has it.
pub fn to_wire(evidence: &Evidence) -> api::Evidence {
    let item = &evidence.item;
    api::Evidence {
        number: i32::try_from(evidence.number).unwrap_or(i32::MAX),
        kind: item.kind.to_string(),
        title: item.title.clone(),
        summary: item.summary.clone(),
        link: item.link.clone(),
        content_sha256: item.content_sha256.map(|hash| hash.as_bytes().to_vec()).unwrap_or_default(),
        read_time: item.read_at.map(time::to_wire),
        fields: item.fields.iter().map(field_to_wire).collect(),
        added_by: Some(evidence.added_by.to_wire()),
    }
}

/// Reads evidence that has its number and who added it.
///
/// # Errors
/// Names the field that is not of its form.
pub fn from_wire(evidence: api::Evidence) -> Result<Evidence, FieldError> {
    let added_by: PrincipalId = field::required("added_by", evidence.added_by.as_ref(), principal::from_wire)?;
    Ok(Evidence { number: field::natural("number", evidence.number)?, added_by, item: item_from_wire(evidence)? })
}

/// Reads what the evidence says, whoever adds it.
///
/// # Errors
/// Names the field that is not of its form.
pub fn item_from_wire(evidence: api::Evidence) -> Result<EvidenceItem, FieldError> {
    let content_sha256 = match evidence.content_sha256.as_slice() {
        [] => None,
        bytes => Some(field::fixed("content_sha256", bytes)?),
    };
    Ok(EvidenceItem {
        kind: field::parsed("kind", &evidence.kind)?,
        title: evidence.title,
        summary: evidence.summary,
        link: evidence.link,
        content_sha256,
        read_at: field::optional("read_time", evidence.read_time, time::from_wire)?,
        fields: evidence.fields.into_iter().map(field_from_wire).collect(),
    })
}

/// Writes a question as the contract has it.
pub fn question_to_wire(question: &EvidenceQuestion) -> api::EvidenceQuestion {
    api::EvidenceQuestion {
        question: question.question.clone(),
        kinds: question.kinds.iter().map(EvidenceKind::to_string).collect(),
        asked_by: question.asked_by.as_ref().map(PrincipalId::to_wire),
    }
}

/// Reads a question.
///
/// # Errors
/// Names the field that is not of its form.
pub fn question_from_wire(question: api::EvidenceQuestion) -> Result<EvidenceQuestion, FieldError> {
    Ok(EvidenceQuestion {
        question: question.question,
        kinds: kinds_from_wire(&question.kinds)?,
        asked_by: field::optional("asked_by", question.asked_by.as_ref(), principal::from_wire)?,
    })
}

/// Reads evidence kinds.
///
/// # Errors
/// Names the kind that is not of its form.
pub fn kinds_from_wire(kinds: &[String]) -> Result<Vec<EvidenceKind>, FieldError> {
    field::each("kinds", kinds, |kind| field::parsed("", kind))
}

fn field_to_wire(field: &EvidenceField) -> api::EvidenceField {
    api::EvidenceField { name: field.name.clone(), value: field.value.clone() }
}

fn field_from_wire(field: api::EvidenceField) -> EvidenceField {
    EvidenceField { name: field.name, value: field.value }
}
