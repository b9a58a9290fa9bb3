//! Checks evidence as it is handed in.

use crate::domain::limits::{
    EVIDENCE_MAX_FIELDS, EVIDENCE_SUMMARY_MAX_BYTES, EVIDENCE_TITLE_MAX_BYTES, FIELD_VALUE_MAX_BYTES,
};
use crate::domain::{EvidenceItem, Refusal, bounds};

pub(super) fn check(field: &str, evidence: &[EvidenceItem]) -> Result<(), Refusal> {
    for (index, item) in evidence.iter().enumerate() {
        let at = format_args!("{field}[{index}]");
        bounds::required_text(format_args!("{at}.title"), &item.title, EVIDENCE_TITLE_MAX_BYTES)?;
        bounds::text(format_args!("{at}.summary"), &item.summary, EVIDENCE_SUMMARY_MAX_BYTES)?;
        bounds::link(format_args!("{at}.link"), &item.link)?;
        bounds::count(format_args!("{at}.fields"), item.fields.len(), EVIDENCE_MAX_FIELDS)?;
        for (number, named) in item.fields.iter().enumerate() {
            let at = format_args!("{at}.fields[{number}]");
            bounds::required_name(format_args!("{at}.name"), &named.name)?;
            bounds::text(format_args!("{at}.value"), &named.value, FIELD_VALUE_MAX_BYTES)?;
        }
    }
    Ok(())
}
