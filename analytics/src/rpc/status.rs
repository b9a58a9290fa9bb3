//! The only place that turns errors of the feedback service into refusals.

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use countersign_api::error::v1::ErrorReason;
use countersign_api::name::ReportName;
use service_kit::access::PrincipalId;
use service_kit::rejection::Rejection;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::export;
use crate::feedback::{PolicyUnread, ReportsError, RunError, RunRefused};

/// How soon a caller should come back who found the queue of runs full.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Refuses a field that is not of its form.
pub(super) fn malformed(field: &str, error: &impl ToString) -> Status {
    Rejection::malformed(field, error.to_string()).into()
}

/// Refuses a request id that is empty or too long.
pub(super) fn request_id(bytes: usize, max: usize) -> Status {
    Rejection::malformed("request_id", format!("has `{bytes}` bytes; choose 1 to {max}")).into()
}

/// Refuses a page size out of its range.
pub(super) fn page_size(asked: i32, max: usize) -> Status {
    Rejection::malformed("page_size", format!("is `{asked}`; choose 1 to {max}, or 0 for the usual")).into()
}

/// Refuses a page token that was not given for this list.
pub(super) fn page_token() -> Status {
    let message = "the page token was not given for this list; begin again without one";
    Rejection::new(ErrorReason::PageTokenInvalid, message).into()
}

/// Refuses a report that was never made.
pub(super) fn no_report(name: &ReportName) -> Status {
    let message = format!("there is no report `{name}`; list those of its workspace");
    Rejection::new(ErrorReason::ResourceNotFound, message).with("name", name.to_string()).into()
}

/// Refuses feedback where nothing was exported and verified yet.
pub(super) fn no_export() -> Status {
    let message = "no report was made from a verified export yet; run one first";
    Rejection::new(ErrorReason::ExportUnverified, message).into()
}

/// Refuses a proposer who asks about another.
pub(super) fn of_another(caller: &PrincipalId, proposer: &PrincipalId) -> Status {
    let message = format!("`{caller}` can not read the feedback of `{proposer}`; a proposer reads its own");
    Rejection::new(ErrorReason::AccessDenied, message).with("principal", caller.as_str()).into()
}

/// Refuses to read a kept report that is no longer one.
pub(super) fn unreadable_report(name: &str) -> Status {
    tracing::error!(report = name, "a kept report can not be read");
    Rejection::new(ErrorReason::StorageFailed, format!("the report `{name}` can not be read; run another")).into()
}

/// Refuses what the folder of reports did not give. What the operating system says stays inside.
pub(super) fn of_reports(error: &ReportsError) -> Status {
    tracing::error!(error = error as &dyn Error, "the folder of reports can not be used");
    Rejection::new(ErrorReason::StorageFailed, "the reports can not be read now; try again").into()
}

/// Refuses a run.
pub(super) fn of_run(refused: &RunRefused) -> Status {
    match refused {
        RunRefused::Full => {
            let message = "too many reports wait to be made; come back later with the same request id";
            Rejection::new(ErrorReason::QueueFull, message).retry_after(RETRY_AFTER).into()
        }
        RunRefused::ShuttingDown => shutting_down(),
        RunRefused::Failed(error) => of_failed_run(error),
    }
}

/// Refuses to go on.
pub(super) fn shutting_down() -> Status {
    let message = "the server is shutting down; ask the next one with the same request id";
    Rejection::new(ErrorReason::ShuttingDown, message).into()
}

fn of_failed_run(error: &RunError) -> Status {
    match error {
        RunError::Export(export::Error::Ledger { source, .. }) if source.get_details_error_info().is_some() => {
            source.as_ref().clone()
        }
        RunError::Export(export::Error::Ledger { .. } | export::Error::Interrupted) | RunError::Interrupted => {
            shutting_down()
        }
        RunError::OtherPeriod => {
            let message = "the request id was used for a report of another period; choose another id";
            Rejection::new(ErrorReason::RequestIdReused, message).into()
        }
        RunError::Export(error) if error.is_unverified() || matches!(error, export::Error::NoCheckpoint) => {
            Rejection::new(ErrorReason::ExportUnverified, chain(error)).into()
        }
        RunError::Threshold(PolicyUnread(source)) if is_not_found(&**source) => {
            let message = "nothing was written in the workspace yet; name one that has candidates";
            Rejection::new(ErrorReason::ResourceNotFound, message).into()
        }
        RunError::Export(_) | RunError::Report(_) | RunError::Keep(_) | RunError::Threshold(_) => {
            Rejection::new(ErrorReason::StorageFailed, "the report can not be made now; the server's log says why")
                .into()
        }
    }
}

/// Tells whether somebody answered that there is no such thing.
fn is_not_found(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    error.downcast_ref::<Status>().is_some_and(|status| status.code() == Code::NotFound)
}

/// Writes an error and what caused it in one line. Errors of exports hold no payload.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        write!(text, ": {error}").expect("invariant: a string takes whatever is written");
        source = error.source();
    }
    text
}
