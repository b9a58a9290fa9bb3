use countersign_api::ledger::v1::{LegalHoldReleased, ReleaseLegalHoldRequest, ReleaseLegalHoldResponse};
use ledger_format::custody::LEGAL_HOLD_RELEASED;
use service_kit::call::CallContext;
use tonic::Status;

use super::{
    entry::{self, Asked},
    service::ErasureRpc,
};
use crate::{
    custody::Act,
    rpc::{parse, wire},
};

/// Lifts one hold.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &ReleaseLegalHoldRequest,
) -> Result<ReleaseLegalHoldResponse, Status> {
    let log = rpc.ledger.workspace_log(call, &request.parent)?;
    let asked = Asked { request_id: &request.request_id, subject: &request.subject, reason: &request.reason };
    asked.check()?;
    let hold_index = parse::number("hold_index", request.hold_index)?;
    // Whatever the access policy says: only people begin this.
    call.human()?;
    let caller = call.principal();
    let content = LegalHoldReleased {
        released_by: Some(entry::by(caller)),
        reason: request.reason.clone(),
        hold_index: request.hold_index,
    };
    let entry =
        entry::new(&request.request_id, LEGAL_HOLD_RELEASED, &request.subject, caller, &rpc.pseudonyms, &content);
    let recorded = rpc.record(&log, Act::ReleaseHold(entry, hold_index)).await?;
    Ok(ReleaseLegalHoldResponse { receipt: Some(wire::receipt(&recorded.appended)) })
}
