use countersign_api::candidate::v1::{ReportOutcomeRequest, ReportOutcomeResponse};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order::Order},
    wire::{command, words::Word},
};

/// Writes down how an attempt ended.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ReportOutcomeRequest>,
) -> Result<Response<ReportOutcomeResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "report_outcome", &request.name, &request.request_id, &request)?;
    let command = command::report_outcome(request)?;
    let candidate = order.give(parts, command).await?;
    Ok(Response::new(ReportOutcomeResponse {
        state: candidate.state.name().to_wire().into(),
        revision: i64::try_from(candidate.revision).unwrap_or(i64::MAX),
    }))
}
