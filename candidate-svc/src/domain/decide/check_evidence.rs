//! Checks evidence as it is handed in.

use crate::domain::limits::{
    EVIDENCE_MAX_FIELDS, EVIDENCE_SUMMARY_MAX_BYTES, EVIDENCE_TITLE_MAX_BYTES, FIELD_VALUE_MAX_BYTES,
};
use crate::domain::{EvidenceItem, Moment, Refusal, bounds};

/// How far a reader's clock may be ahead of this one.
const CLOCKS_APART_MAX_SECS: u64 = 300;

pub(super) fn check(field: &str, evidence: &[EvidenceItem], now: Moment) -> Result<(), Refusal> {
    for (index, item) in evidence.iter().enumerate() {
        let at = format_args!("{field}[{index}]");
        bounds::required_text(format_args!("{at}.title"), &item.title, EVIDENCE_TITLE_MAX_BYTES)?;
        bounds::text(format_args!("{at}.summary"), &item.summary, EVIDENCE_SUMMARY_MAX_BYTES)?;
        bounds::link(format_args!("{at}.link"), &item.link)?;
        if let Some(read_at) = item.read_at.filter(|read_at| *read_at > now.plus_secs(CLOCKS_APART_MAX_SECS)) {
            let reason = format!("`{read_at}` is yet to come, it is `{now}` here: say when it was read");
            return Err(Refusal::malformed(format!("{at}.read_time"), reason));
        }
        bounds::count(format_args!("{at}.fields"), item.fields.len(), EVIDENCE_MAX_FIELDS)?;
        for (number, named) in item.fields.iter().enumerate() {
            let at = format_args!("{at}.fields[{number}]");
            bounds::required_name(format_args!("{at}.name"), &named.name)?;
            bounds::text(format_args!("{at}.value"), &named.value, FIELD_VALUE_MAX_BYTES)?;
        }
    }
    Ok(())
}
