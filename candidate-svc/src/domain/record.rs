//! Records of other systems, and the triggers that came from them.

use countersign_api::name::TriggerName;
use serde::{Deserialize, Serialize};

use super::limits::{FIELD_VALUE_MAX_BYTES, NAME_MAX_BYTES, TRIGGER_MAX_FIELDS};
use super::{Moment, Refusal, as_text, bounds};

/// A record of a system of record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RecordReference {
    /// The system, e.g. `crm`.
    pub system: String,
    /// The object type there, e.g. `deal`.
    pub object_type: String,
    /// The record's id there.
    pub id: String,
    /// What people call it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// A link people can follow; may be empty; never fetched.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// One named value of a source record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceField {
    /// The field's name in the source.
    pub name: String,
    /// Its value as text; empty where the source had none.
    pub value: String,
}

/// An event in a source system, kept: what caused a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name here.
    #[serde(with = "as_text")]
    pub name: TriggerName,
    /// The system that supplied it, e.g. `crm`.
    pub source_system: String,
    /// What happened, e.g. `deal_exported`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The event's id in its source system.
    pub source_id: String,
    /// When it happened there, where the source says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<Moment>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordReference>,
    /// Named values as the source gave them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<SourceField>,
    /// When it was kept here.
    pub created_at: Moment,
}

impl RecordReference {
    /// Returns object type and id.
    pub(super) fn key(&self) -> (String, String) {
        (self.object_type.clone(), self.id.clone())
    }

    /// Checks the form of everything in it; `field` is where it stands in the request.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] names the first field that is empty, too long, or a link that is none.
    pub fn check(&self, field: &str) -> Result<(), Refusal> {
        bounds::required_name(format_args!("{field}.system"), &self.system)?;
        bounds::required_name(format_args!("{field}.object_type"), &self.object_type)?;
        bounds::required_name(format_args!("{field}.id"), &self.id)?;
        bounds::text(format_args!("{field}.display_name"), &self.display_name, NAME_MAX_BYTES)?;
        bounds::link(format_args!("{field}.link"), &self.link)
    }
}

/// Returns a name without case and without blanks at its ends, so that two spellings of it are one.
pub(super) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Trigger {
    /// Checks the lengths and numbers of everything in it; `field` is where it stands in the request.
    ///
    /// # Errors
    ///
    /// [`Refusal::Malformed`] names the first field that is empty, too long or too many.
    pub fn check(&self, field: &str) -> Result<(), Refusal> {
        bounds::required_name(format_args!("{field}.source_system"), &self.source_system)?;
        bounds::required_name(format_args!("{field}.type"), &self.kind)?;
        bounds::required_name(format_args!("{field}.source_id"), &self.source_id)?;
        if let Some(record) = &self.record {
            record.check(&format!("{field}.record"))?;
        }
        bounds::count(format_args!("{field}.fields"), self.fields.len(), TRIGGER_MAX_FIELDS)?;
        self.fields.iter().enumerate().try_for_each(|(index, named)| {
            bounds::required_name(format_args!("{field}.fields[{index}].name"), &named.name)?;
            bounds::text(format_args!("{field}.fields[{index}].value"), &named.value, FIELD_VALUE_MAX_BYTES)
        })
    }
}
