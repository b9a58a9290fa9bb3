//! What an execution did or did not do, as executors report it and people settle it.

use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::{ExecutionResult, ExternalReference, FailureClass, FieldChange};
use prost_types::Timestamp;

use super::candidate::parse_time;

/// What was done.
#[derive(Debug, Clone, Args)]
pub struct Done {
    /// Where it was done: what was made or changed.
    #[arg(long = "reference", value_name = "SYSTEM/TYPE/ID", value_parser = parse_reference)]
    references: Vec<ExternalReference>,
    /// Where it was done: a field's value before and after.
    #[arg(long = "change", value_name = "FIELD=BEFORE->AFTER", value_parser = parse_change)]
    changes: Vec<FieldChange>,
    /// Where it was done: when.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Class {
    /// The target refused the input.
    Invalid,
    /// The target is not as the payload expects it.
    Precondition,
    /// The target does not exist.
    NotFound,
    /// The connector may not do this there.
    Permission,
    /// The target cannot be reached.
    Unavailable,
    /// The permit did not verify; nothing was called.
    PermitRefused,
    /// Anything else.
    Other,
}

impl Done {
    /// Returns it as requests carry it.
    pub fn into_result(self) -> ExecutionResult {
        let Self { references, changes, at: execute_time } = self;
        ExecutionResult { references, changes, execute_time }
    }

    /// Returns the options and whether they were given.
    pub fn given(&self) -> [(&'static str, bool); 3] {
        [
            ("--reference", !self.references.is_empty()),
            ("--change", !self.changes.is_empty()),
            ("--at", self.at.is_some()),
        ]
    }
}

impl Class {
    /// Returns it as requests carry it.
    pub const fn to_wire(self) -> FailureClass {
        match self {
            Self::Invalid => FailureClass::Invalid,
            Self::Precondition => FailureClass::Precondition,
            Self::NotFound => FailureClass::NotFound,
            Self::Permission => FailureClass::Permission,
            Self::Unavailable => FailureClass::Unavailable,
            Self::PermitRefused => FailureClass::PermitRefused,
            Self::Other => FailureClass::Other,
        }
    }
}

fn parse_reference(text: &str) -> Result<ExternalReference, String> {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(system), Some(object_type), Some(id)) => {
            Ok(ExternalReference { system, object_type, id, link: String::new() })
        }
        _ => Err(format!("`{text}` is no reference; write `system/type/id`, e.g. `crm/task/T-42`")),
    }
}

fn parse_change(text: &str) -> Result<FieldChange, String> {
    let split = text.split_once('=').and_then(|(field, values)| Some((field, values.split_once("->")?)));
    let (field, (before, after)) =
        split.ok_or_else(|| format!("`{text}` is no change; write `field=before->after`"))?;
    Ok(FieldChange { field: field.to_owned(), before: before.to_owned(), after: after.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_changes_are_read_whole() {
        let reference = parse_reference("crm/task/T/42").expect("a reference");
        assert_eq!((reference.system.as_str(), reference.id.as_str()), ("crm", "T/42"));
        assert!(parse_reference("T-42").is_err());
        let change = parse_change("product=GTXPro->GTX Pro").expect("a change");
        assert_eq!((change.before.as_str(), change.after.as_str()), ("GTXPro", "GTX Pro"));
        assert!(parse_change("product=GTX Pro").is_err());
    }
}
