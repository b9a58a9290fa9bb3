//! Checks what executors and settlers say was done or not done.

use crate::domain::limits::{
    FIELD_VALUE_MAX_BYTES, LINK_MAX_BYTES, MESSAGE_MAX_BYTES, NAME_MAX_BYTES, RESULT_MAX_CHANGES, RESULT_MAX_REFERENCES,
};
use crate::domain::{ExecutionResult, Failure, Refusal, bounds};

pub(super) fn result(field: &str, result: &ExecutionResult) -> Result<(), Refusal> {
    bounds::count(format_args!("{field}.references"), result.references.len(), RESULT_MAX_REFERENCES)?;
    for (index, reference) in result.references.iter().enumerate() {
        let at = format_args!("{field}.references[{index}]");
        bounds::required_name(format_args!("{at}.system"), &reference.system)?;
        bounds::required_name(format_args!("{at}.object_type"), &reference.object_type)?;
        bounds::required_name(format_args!("{at}.id"), &reference.id)?;
        bounds::text(format_args!("{at}.link"), &reference.link, LINK_MAX_BYTES)?;
    }
    bounds::count(format_args!("{field}.changes"), result.changes.len(), RESULT_MAX_CHANGES)?;
    for (index, change) in result.changes.iter().enumerate() {
        let at = format_args!("{field}.changes[{index}]");
        bounds::required_name(format_args!("{at}.field"), &change.field)?;
        bounds::text(format_args!("{at}.before"), &change.before, FIELD_VALUE_MAX_BYTES)?;
        bounds::text(format_args!("{at}.after"), &change.after, FIELD_VALUE_MAX_BYTES)?;
    }
    Ok(())
}

pub(super) fn failure(field: &str, failure: &Failure) -> Result<(), Refusal> {
    bounds::required_text(format_args!("{field}.message"), &failure.message, MESSAGE_MAX_BYTES)?;
    bounds::text(format_args!("{field}.system"), &failure.system, NAME_MAX_BYTES)
}
