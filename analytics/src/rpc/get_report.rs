use countersign_api::feedback::v1::{GetReportRequest, GetReportResponse};
use countersign_api::name::ReportName;
use service_kit::call::CallContext;
use tonic::Status;

use super::service::FeedbackRpc;
use super::{status, wire};

/// Reads one report.
pub(super) async fn answer(
    rpc: &FeedbackRpc,
    call: &CallContext,
    request: &GetReportRequest,
) -> Result<GetReportResponse, Status> {
    let name: ReportName = request.name.parse().map_err(|error| status::malformed("name", &error))?;
    call.authorize(&name.workspace)?;
    let wanted = name.clone();
    let stored = rpc.ask_reports(move |reports| reports.read(&wanted)).await?;
    let stored = stored.ok_or_else(|| status::no_report(&name))?;
    Ok(GetReportResponse { report: Some(wire::report(stored)) })
}
