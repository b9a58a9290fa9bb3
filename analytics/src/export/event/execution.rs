//! What came of executions.

use countersign_api::candidate::v1::{
    CandidateExecuted, CandidateSentBack, ClaimExtended, ExecutionFailed, ExecutionResult, ExecutionStarted, Failure,
    FailureClass, Fault, LossCause, OutcomeLost, OutcomeSettled,
};

use super::count;
use super::label::label;
use super::time::micros;
use super::token::token;
use crate::export::row::Row;

pub(super) fn started(row: &mut Row<'_>, event: &ExecutionStarted) {
    attempt(row, event.attempt_number, event.fence);
    row.approving_entry_index = u64::try_from(event.approving_entry_index).ok();
    row.lease_expires_at = micros(event.lease_expire_time.as_ref());
}

pub(super) fn extended(row: &mut Row<'_>, event: &ClaimExtended) {
    row.fence = u64::try_from(event.fence).ok();
    row.lease_expires_at = micros(event.lease_expire_time.as_ref());
}

pub(super) fn executed<'a>(row: &mut Row<'a>, event: &'a CandidateExecuted) {
    attempt(row, event.attempt_number, event.fence);
    result(row, event.result.as_ref());
}

pub(super) fn failed<'a>(row: &mut Row<'a>, event: &'a ExecutionFailed) {
    attempt(row, event.attempt_number, event.fence);
    row.retry_planned = Some(event.retry_after.is_some());
    failure(row, event.failure.as_ref());
}

pub(super) fn lost(row: &mut Row<'_>, event: &OutcomeLost) {
    attempt(row, event.attempt_number, event.fence);
    row.retry_planned = Some(event.retry_after.is_some());
    row.loss_cause = label::<LossCause>(event.cause);
}

pub(super) fn settled<'a>(row: &mut Row<'a>, event: &'a OutcomeSettled) {
    result(row, event.result.as_ref());
    failure(row, event.failure.as_ref());
}

pub(super) fn sent_back(row: &mut Row<'_>, event: &CandidateSentBack) {
    row.fault = label::<Fault>(event.fault);
}

fn attempt(row: &mut Row<'_>, number: i32, fence: i64) {
    row.attempt_number = Some(number);
    row.fence = u64::try_from(fence).ok();
}

fn result<'a>(row: &mut Row<'a>, result: Option<&'a ExecutionResult>) {
    if let Some(result) = result {
        row.executed_at = micros(result.execute_time.as_ref());
        row.references_count = Some(count(result.references.len()));
        row.changes_count = Some(count(result.changes.len()));
        row.connector = result.references.first().and_then(|made| token(&made.system));
    }
}

fn failure<'a>(row: &mut Row<'a>, failure: Option<&'a Failure>) {
    if let Some(failure) = failure {
        row.failure_class = label::<FailureClass>(failure.class);
        row.retry_safe = Some(failure.retry_safe);
        row.connector = token(&failure.system);
    }
}
