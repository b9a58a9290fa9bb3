use countersign_api::ledger::v1::{ContentErased, EraseContentRequest, EraseContentResponse};
use ledger_format::custody::CONTENT_ERASED;
use service_kit::call::CallContext;
use tonic::Status;

use super::{
    entry::{self, Asked},
    service::ErasureRpc,
};
use crate::{custody::Act, rpc::wire};

/// Erases the contents of every entry about a subject; answers once no key that opens them is left.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &EraseContentRequest,
) -> Result<EraseContentResponse, Status> {
    let log = rpc.ledger.workspace_log(call, &request.parent)?;
    let asked = Asked { request_id: &request.request_id, subject: &request.subject, reason: &request.reason };
    asked.check()?;
    entry::authority(&request.authority)?;
    // Whatever the access policy says: only people begin this.
    call.human()?;
    let caller = call.principal();
    let content = ContentErased {
        erased_by: Some(entry::by(caller)),
        reason: request.reason.clone(),
        authority: request.authority.clone(),
    };
    let entry = entry::new(&request.request_id, CONTENT_ERASED, &request.subject, caller, &rpc.pseudonyms, &content);
    let recorded = rpc.record(&log, Act::Erase(entry)).await?;
    tracing::info!(
        workspace = log.workspace.id(),
        entry_index = recorded.appended.receipt.index,
        entries = recorded.erased_entries,
        "contents were erased"
    );
    Ok(EraseContentResponse {
        receipt: Some(wire::receipt(&recorded.appended)),
        erased_entries: wire::number(recorded.erased_entries),
    })
}
