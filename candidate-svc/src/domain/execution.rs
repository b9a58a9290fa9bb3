//! Attempts and what came of them.

use serde::{Deserialize, Serialize};
use service_kit::access::PrincipalId;

use super::{Moment, as_text};

/// What happened on execution, over the candidate's whole life.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Execution {
    /// Tries, oldest first, each written down before its call was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The last fence given out; 0 before the first claim.
    #[serde(default)]
    pub fence: u64,
    /// The last result, once one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ExecutionResult>,
}

/// One try at execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1 over the candidate's life.
    pub number: u32,
    /// The fence it ran under.
    pub fence: u64,
    /// Who ran it.
    #[serde(with = "as_text")]
    pub executor: PrincipalId,
    /// When the claim was committed.
    pub started_at: Moment,
    /// When its end was committed; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// How it ended.
    pub outcome: AttemptOutcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttemptOutcome {
    /// Not yet.
    Running,
    /// Done.
    Succeeded,
    /// Known not to have been done.
    Failed(Failure),
    /// Nobody knows.
    Unknown,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureClass {
    /// The target refused the input.
    Invalid,
    /// The target is not as the payload expects it, e.g. its value changed since.
    Precondition,
    /// The target does not exist.
    NotFound,
    /// The connector may not do this there.
    Permission,
    /// The target cannot be reached or is overloaded.
    Unavailable,
    /// The permit did not verify; nothing was called.
    PermitRefused,
    /// Anything else.
    Other,
}

/// A failure, without any payload text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class.
    pub class: FailureClass,
    /// What went wrong, for people.
    pub message: String,
    /// Whether the connector says that trying again is safe.
    pub retry_safe: bool,
    /// The system that was asked, e.g. `sandbox`; empty where none was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system: String,
}

/// What an execution did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ExecutionResult {
    /// What was made or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<ExternalReference>,
    /// Values before and after, where fields changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// When it was done, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed_at: Option<Moment>,
}

/// Something in a target system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReference {
    /// The system, e.g. `sandbox`.
    pub system: String,
    /// What it is, e.g. `task`.
    pub object_type: String,
    /// Its id there.
    pub id: String,
    /// A link people can follow; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// A field's value before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// The value before; empty where there was none.
    pub before: String,
    /// The value after.
    pub after: String,
}

impl Execution {
    pub(super) fn next_attempt_number(&self) -> u32 {
        self.attempts.last().map_or(1, |last| last.number + 1)
    }
}
