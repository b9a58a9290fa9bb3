use countersign_api::ledger::v1::{GetEntryByKeyRequest, GetEntryByKeyResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{parse, service::LedgerRpc, status, wire};
use crate::{limits::TEXT_MAX_BYTES, store::sqlite};

/// Reads one entry by its idempotency key.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetEntryByKeyRequest,
) -> Result<GetEntryByKeyResponse, Status> {
    let log = rpc.log(call, &request.parent)?;
    let key = request.idempotency_key.as_str();
    parse::text("idempotency_key", key, TEXT_MAX_BYTES)?;
    let read = async {
        let mut connection = rpc.ledger.reader().await?;
        match sqlite::entry_by_key(&mut connection, &log.workspace, key).await? {
            Some(entry) => rpc.contents.open_one(&mut connection, &log.workspace, entry).await.map(Some),
            None => Ok(None),
        }
    };
    let entry = read.await.map_err(|error| status::of_store(&error))?;
    let entry = entry.ok_or_else(|| status::unknown_key(&log, key))?;
    Ok(GetEntryByKeyResponse { entry: Some(wire::entry(entry, false)) })
}
