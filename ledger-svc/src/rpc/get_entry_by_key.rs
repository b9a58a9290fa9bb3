use countersign_api::ledger::v1::{GetEntryByKeyRequest, GetEntryByKeyResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{parse, service::LedgerRpc, status, wire};
use crate::{limits::TEXT_MAX_BYTES, store::read};

/// Reads one entry by its idempotency key.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetEntryByKeyRequest,
) -> Result<GetEntryByKeyResponse, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let key = request.idempotency_key.as_str();
    parse::text("idempotency_key", key, TEXT_MAX_BYTES)?;
    let reading = async {
        let mut reader = rpc.ledger.reader_until(call.deadline()).await?;
        let mut rows = reader.rows();
        match read::entry_by_key(&mut rows, &log.workspace, key).await? {
            Some(entry) => rpc.contents.open_one(&mut rows, &log.workspace, entry).await.map(Some),
            None => Ok(None),
        }
    };
    let entry = reading.await.map_err(|error| status::of_store(&error))?;
    let entry = entry.ok_or_else(|| status::unknown_key(&log, key))?;
    Ok(GetEntryByKeyResponse { entry: Some(wire::entry(entry, false)) })
}
