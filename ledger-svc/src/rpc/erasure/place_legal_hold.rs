use countersign_api::ledger::v1::{LegalHoldPlaced, PlaceLegalHoldRequest, PlaceLegalHoldResponse};
use ledger_format::custody::LEGAL_HOLD_PLACED;
use service_kit::call::CallContext;
use tonic::Status;

use super::{
    entry::{self, Asked},
    service::ErasureRpc,
};
use crate::{custody::Act, rpc::wire};

/// Holds a subject, and everything below it, against erasure.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &PlaceLegalHoldRequest,
) -> Result<PlaceLegalHoldResponse, Status> {
    let log = rpc.ledger.workspace_log(call, &request.parent)?;
    let asked = Asked { request_id: &request.request_id, subject: &request.subject, reason: &request.reason };
    asked.check()?;
    // Whatever the access policy says: only people begin this.
    call.human()?;
    let caller = call.principal();
    let content = LegalHoldPlaced { placed_by: Some(entry::by(caller)), reason: request.reason.clone() };
    let entry = entry::new(&request.request_id, LEGAL_HOLD_PLACED, &request.subject, caller, &rpc.pseudonyms, &content);
    let recorded = rpc.record(&log, Act::PlaceHold(entry)).await?;
    Ok(PlaceLegalHoldResponse { receipt: Some(wire::receipt(&recorded.appended)) })
}
