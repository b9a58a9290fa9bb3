//! Entries of the action catalogue.

use countersign_api::candidate::v1 as api;

use super::assessment;
use crate::domain::{ActionType, EvidenceKind};

/// Writes an action type as the contract has it.
pub fn to_wire(action_type: &ActionType) -> api::ActionType {
    let label = |label: &crate::domain::FieldLabel| api::FieldLabel {
        pointer: label.pointer.clone(),
        label: label.label.clone(),
    };
    let payload_record = action_type.payload_record.as_ref().map(|named| api::PayloadRecord {
        object_type_pointer: named.object_type.clone(),
        id_pointer: named.id.clone(),
    });
    api::ActionType {
        name: action_type.name.to_string(),
        description: action_type.description.clone(),
        payload_schema: action_type.schema.as_str().to_owned(),
        labels: action_type.labels.iter().map(label).collect(),
        default_risk_tier: assessment::tier_to_wire(action_type.default_risk_tier).into(),
        least_risk_tier: assessment::tier_to_wire(action_type.least_risk_tier).into(),
        impact: assessment::impact_to_wire(action_type.impact).into(),
        required_evidence_kinds: action_type.required_evidence_kinds.iter().map(EvidenceKind::to_string).collect(),
        operation: action_type.operation.clone(),
        retry_safe: action_type.retry_safe,
        undo: action_type.undo.clone(),
        payload_record,
    }
}
