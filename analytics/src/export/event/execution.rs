//! What came of executions.

use countersign_api::candidate::v1::{
    CandidateSentBack, ExecutionFailed, ExecutionStarted, Failure, FailureClass, Fault, LossCause, OutcomeLost,
    OutcomeSettled,
};

use super::label::label;
use crate::export::row::Row;

pub(super) fn started(row: &mut Row<'_>, event: &ExecutionStarted) {
    row.attempt_number = Some(event.attempt_number);
    row.approving_entry_index = u64::try_from(event.approving_entry_index).ok();
}

pub(super) fn failed(row: &mut Row<'_>, event: &ExecutionFailed) {
    row.attempt_number = Some(event.attempt_number);
    row.retry_planned = Some(event.retry_after.is_some());
    failure(row, event.failure.as_ref());
}

pub(super) fn lost(row: &mut Row<'_>, event: &OutcomeLost) {
    row.attempt_number = Some(event.attempt_number);
    row.retry_planned = Some(event.retry_after.is_some());
    row.loss_cause = label::<LossCause>(event.cause);
}

pub(super) fn settled(row: &mut Row<'_>, event: &OutcomeSettled) {
    failure(row, event.failure.as_ref());
}

pub(super) fn sent_back(row: &mut Row<'_>, event: &CandidateSentBack) {
    row.fault = label::<Fault>(event.fault);
}

fn failure(row: &mut Row<'_>, failure: Option<&Failure>) {
    if let Some(failure) = failure {
        row.failure_class = label::<FailureClass>(failure.class);
        row.retry_safe = Some(failure.retry_safe);
    }
}
