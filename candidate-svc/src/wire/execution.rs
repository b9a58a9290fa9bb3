//! Attempts, results and failures.

use countersign_api::candidate::v1 as api;

use super::{
    FieldError, field, time,
    words::{self, Word},
};
use crate::domain::{Attempt, AttemptOutcome, ExecutionResult, ExternalReference, Failure, FieldChange};

/// Writes an attempt as the contract has it.
pub fn attempt_to_wire(attempt: &Attempt) -> api::Attempt {
    let (outcome, failure) = match &attempt.outcome {
        AttemptOutcome::Running => (api::AttemptOutcome::Unspecified, None),
        AttemptOutcome::Succeeded => (api::AttemptOutcome::Succeeded, None),
        AttemptOutcome::Failed(failure) => (api::AttemptOutcome::Failed, Some(failure_to_wire(failure))),
        AttemptOutcome::Unknown => (api::AttemptOutcome::Unknown, None),
    };
    api::Attempt {
        number: i32::try_from(attempt.number).unwrap_or(i32::MAX),
        fence: i64::try_from(attempt.fence).unwrap_or(i64::MAX),
        executor: attempt.executor.to_string(),
        start_time: Some(time::to_wire(attempt.started_at)),
        end_time: attempt.ended_at.map(time::to_wire),
        outcome: outcome.into(),
        failure,
    }
}

/// Writes a failure as the contract has it.
pub fn failure_to_wire(failure: &Failure) -> api::Failure {
    api::Failure {
        class: failure.class.to_wire().into(),
        message: failure.message.clone(),
        retry_safe: failure.retry_safe,
        system: failure.system.clone(),
    }
}

/// Reads a failure.
///
/// # Errors
/// When its class is not stated.
pub fn failure_from_wire(failure: api::Failure) -> Result<Failure, FieldError> {
    let class = words::from_wire("class", failure.class)?;
    Ok(Failure { class, message: failure.message, retry_safe: failure.retry_safe, system: failure.system })
}

/// Writes a result as the contract has it.
pub fn result_to_wire(result: &ExecutionResult) -> api::ExecutionResult {
    api::ExecutionResult {
        references: result.references.iter().map(reference_to_wire).collect(),
        changes: result.changes.iter().map(change_to_wire).collect(),
        execute_time: result.executed_at.map(time::to_wire),
    }
}

/// Reads a result.
///
/// # Errors
/// When its time is not of its form.
pub fn result_from_wire(result: api::ExecutionResult) -> Result<ExecutionResult, FieldError> {
    Ok(ExecutionResult {
        references: result.references.into_iter().map(reference_from_wire).collect(),
        changes: result.changes.into_iter().map(change_from_wire).collect(),
        executed_at: field::optional("execute_time", result.execute_time, time::from_wire)?,
    })
}

fn reference_to_wire(reference: &ExternalReference) -> api::ExternalReference {
    api::ExternalReference {
        system: reference.system.clone(),
        object_type: reference.object_type.clone(),
        id: reference.id.clone(),
        link: reference.link.clone(),
    }
}

fn reference_from_wire(reference: api::ExternalReference) -> ExternalReference {
    ExternalReference {
        system: reference.system,
        object_type: reference.object_type,
        id: reference.id,
        link: reference.link,
    }
}

fn change_to_wire(change: &FieldChange) -> api::FieldChange {
    api::FieldChange { field: change.field.clone(), before: change.before.clone(), after: change.after.clone() }
}

fn change_from_wire(change: api::FieldChange) -> FieldChange {
    FieldChange { field: change.field, before: change.before, after: change.after }
}
