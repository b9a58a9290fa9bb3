//! What is told of an event besides its kind, its time and whom it is about.

/// A fact of an event, under the name of the export's column that has it.
#[derive(Debug)]
pub(super) struct Attribute {
    /// The column.
    pub name: &'static str,
    /// What its values are.
    pub of_type: ValueType,
    /// The kinds of event that have it; empty where every kind has.
    kinds: &'static [&'static str],
}

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueType {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Yes or no.
    Flag,
    /// Points in time.
    Time,
}

/// Facts of the proposal that stay with the candidate: what a case is told apart by.
pub(super) const CASE_ATTRIBUTES: [&str; 7] =
    ["action_type", "generator", "model", "prompt_version", "risk_tier", "confidence", "source_system"];

/// Everything that is told of events.
pub(super) const ATTRIBUTES: [Attribute; 23] = [
    every("appended_at", ValueType::Time),
    every("actor", ValueType::Text),
    every("actor_kind", ValueType::Text),
    every("reading", ValueType::Text),
    every("simulated", ValueType::Flag),
    every("state", ValueType::Text),
    text("action_type", &["candidate_proposed", "standing_approval_granted"]),
    text("generator", &["candidate_proposed"]),
    text("model", &["candidate_proposed"]),
    text("prompt_version", &["candidate_proposed"]),
    text("source_system", &["candidate_proposed"]),
    text("confidence", &["candidate_proposed", "standing_approval_granted"]),
    text("risk_tier", &["candidate_proposed", "candidate_edited", "standing_approval_granted"]),
    text("review_path", &["candidate_proposed", "candidate_edited"]),
    of("drawn_for_audit", ValueType::Flag, &["candidate_proposed"]),
    of("quorum", ValueType::Integer, &["candidate_proposed", "candidate_edited", "approval_collected"]),
    of("approvals", ValueType::Integer, &["approval_collected", "candidate_approved", "approval_withdrawn"]),
    text("approval_cause", &["candidate_approved"]),
    text("rejection_reason", &["candidate_rejected"]),
    text("failure_class", &["execution_failed", "outcome_settled"]),
    of("retry_planned", ValueType::Flag, &["execution_failed", "outcome_lost"]),
    text("loss_cause", &["outcome_lost"]),
    text("fault", &["candidate_sent_back"]),
];

/// Returns what is told of events of this kind.
pub(super) fn attributes_of(kind: &str) -> impl Iterator<Item = &'static Attribute> {
    ATTRIBUTES.iter().filter(move |attribute| attribute.kinds.is_empty() || attribute.kinds.contains(&kind))
}

const fn every(name: &'static str, of_type: ValueType) -> Attribute {
    of(name, of_type, &[])
}

const fn text(name: &'static str, kinds: &'static [&'static str]) -> Attribute {
    of(name, ValueType::Text, kinds)
}

const fn of(name: &'static str, of_type: ValueType, kinds: &'static [&'static str]) -> Attribute {
    Attribute { name, of_type, kinds }
}

impl ValueType {
    /// Returns its name in OCEL 2.0.
    pub(super) const fn in_ocel(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Flag => "boolean",
            Self::Time => "time",
        }
    }

    /// Returns the element that XES writes it as.
    pub(super) const fn in_xes(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "int",
            Self::Flag => "boolean",
            Self::Time => "date",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::FIELDS;

    #[test]
    fn every_attribute_is_a_column_of_the_export_and_of_its_type() {
        for attribute in &ATTRIBUTES {
            let field = FIELDS.iter().find(|field| field.name == attribute.name);
            let parquet = field.unwrap_or_else(|| panic!("no column is named `{}`", attribute.name)).parquet;
            let expected = match attribute.of_type {
                ValueType::Text => "STRING",
                ValueType::Integer => "INT32",
                ValueType::Flag => "BOOLEAN",
                ValueType::Time => "TIMESTAMP",
            };
            assert_eq!(parquet, expected, "{}", attribute.name);
        }
    }

    #[test]
    fn a_kind_of_a_newer_release_has_what_every_kind_has() {
        assert_eq!(attributes_of("candidate_teleported").count(), 6);
        assert!(attributes_of("candidate_rejected").any(|attribute| attribute.name == "rejection_reason"));
        assert!(CASE_ATTRIBUTES.iter().all(|name| attributes_of("candidate_proposed").any(|a| a.name == *name)));
    }
}
