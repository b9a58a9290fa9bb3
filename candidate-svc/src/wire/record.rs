//! Records of other systems, and triggers.

use countersign_api::candidate::v1 as api;

use super::{FieldError, field, time};
use crate::domain::{RecordReference, SourceField, Trigger};

/// Writes a record reference as the contract has it.
pub fn to_wire(record: &RecordReference) -> api::RecordReference {
    api::RecordReference {
        system: record.system.clone(),
        object_type: record.object_type.clone(),
        id: record.id.clone(),
        display_name: record.display_name.clone(),
        link: record.link.clone(),
    }
}

/// Reads a record reference.
pub fn from_wire(record: api::RecordReference) -> RecordReference {
    RecordReference {
        system: record.system,
        object_type: record.object_type,
        id: record.id,
        display_name: record.display_name,
        link: record.link,
    }
}

/// Writes a kept trigger as the contract has it.
pub fn trigger_to_wire(trigger: &Trigger) -> api::Trigger {
    api::Trigger {
        name: trigger.name.to_string(),
        source_system: trigger.source_system.clone(),
        r#type: trigger.kind.clone(),
        source_id: trigger.source_id.clone(),
        occur_time: trigger.occurred_at.map(time::to_wire),
        record: trigger.record.as_ref().map(to_wire),
        fields: trigger.fields.iter().map(source_field_to_wire).collect(),
        create_time: Some(time::to_wire(trigger.created_at)),
    }
}

/// Reads a kept trigger.
///
/// # Errors
/// Names the field that is not of its form.
pub fn trigger_from_wire(trigger: api::Trigger) -> Result<Trigger, FieldError> {
    Ok(Trigger {
        name: field::parsed("name", &trigger.name)?,
        source_system: trigger.source_system,
        kind: trigger.r#type,
        source_id: trigger.source_id,
        occurred_at: field::optional("occur_time", trigger.occur_time, time::from_wire)?,
        record: trigger.record.map(from_wire),
        fields: trigger.fields.into_iter().map(source_field_from_wire).collect(),
        created_at: field::required("create_time", trigger.create_time, time::from_wire)?,
    })
}

/// Reads one named value.
pub fn source_field_from_wire(field: api::SourceField) -> SourceField {
    SourceField { name: field.name, value: field.value }
}

fn source_field_to_wire(field: &SourceField) -> api::SourceField {
    api::SourceField { name: field.name.clone(), value: field.value.clone() }
}
