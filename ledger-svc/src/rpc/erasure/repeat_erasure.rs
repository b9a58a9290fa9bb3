use countersign_api::ledger::v1::{ContentErased, RepeatErasureRequest, RepeatErasureResponse};
use ledger_format::custody::CONTENT_ERASED;
use service_kit::call::CallContext;
use tonic::Status;

use super::{entry, service::ErasureRpc};
use crate::{
    custody::Act,
    limits::TEXT_MAX_BYTES,
    rpc::{parse, wire},
};

/// What the ledger itself says of an erasure that only goes on.
const REASON: &str = "what came in after the subject was erased";
const AUTHORITY: &str = "the erasure that stands already";

/// Erases what came in about a subject after it had been erased.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &RepeatErasureRequest,
) -> Result<RepeatErasureResponse, Status> {
    let log = rpc.ledger.workspace_log(call, &request.parent)?;
    parse::text("subject", &request.subject, TEXT_MAX_BYTES)?;
    let caller = call.principal();
    let content = ContentErased {
        erased_by: Some(entry::by(caller)),
        reason: REASON.to_owned(),
        authority: AUTHORITY.to_owned(),
    };
    // Where nothing came in, nothing is recorded: a key drawn anew makes no second entry.
    let key = format!("repeat/{}", hex::encode(&rpc.ids.random_32()[..16]));
    let entry = entry::new(&key, CONTENT_ERASED, &request.subject, caller, &rpc.pseudonyms, &content);
    let recorded = rpc.record(&log, Act::Repeat(entry)).await?;
    Ok(RepeatErasureResponse {
        receipt: Some(wire::receipt(&recorded.appended)),
        erased_entries: wire::number(recorded.erased_entries),
    })
}
