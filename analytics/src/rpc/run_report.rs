use countersign_api::feedback::v1::{ReportPeriod, RunReportRequest, RunReportResponse};
use countersign_api::name::{ReportName, Workspace};
use service_kit::call::CallContext;
use tonic::Status;
use uuid::Uuid;

use super::service::{FeedbackRpc, workspace};
use super::{status, wire};
use crate::report::Period;

/// The longest request id, in bytes.
const REQUEST_ID_MAX_BYTES: usize = 128;

/// Under which names are made from request ids (RFC 9562, version 5).
const REPORT_NAMESPACE: Uuid = Uuid::from_u128(0x5c1d_9e0b_7a3f_4f6e_9d52_0c8e_61b4_a2d7);

/// Exports the log, verifies it, and makes a report; the same request id gives the report made under it.
pub(super) async fn answer(
    rpc: &FeedbackRpc,
    call: &CallContext,
    request: &RunReportRequest,
) -> Result<RunReportResponse, Status> {
    let workspace = workspace(call, &request.parent)?;
    let bytes = request.request_id.len();
    if bytes == 0 || bytes > REQUEST_ID_MAX_BYTES {
        return Err(status::request_id(bytes, REQUEST_ID_MAX_BYTES));
    }
    let name = name_of(workspace, call.principal().id().as_str(), &request.request_id);
    let period = period(request.period)?;
    let stored = rpc.runner.run(name, period).await.map_err(|refused| status::of_run(&refused))?;
    Ok(RunReportResponse { report: Some(wire::report(stored)) })
}

fn period(asked: i32) -> Result<Period, Status> {
    match ReportPeriod::try_from(asked) {
        Ok(ReportPeriod::Week) => Ok(Period::Week),
        Ok(ReportPeriod::Unspecified | ReportPeriod::FourWeeks) => Ok(Period::FourWeeks),
        Err(_) => Err(status::malformed("period", &format!("`{asked}` is none of `ReportPeriod`"))),
    }
}

/// Names a report after the request that asks for it, so that the request needs no record of its own.
fn name_of(workspace: Workspace, principal: &str, request_id: &str) -> ReportName {
    // A principal's id has no line break: no two requests give one text.
    let id = Uuid::new_v5(&REPORT_NAMESPACE, format!("{workspace}\n{principal}\n{request_id}").as_bytes());
    ReportName::new(workspace, id)
}
