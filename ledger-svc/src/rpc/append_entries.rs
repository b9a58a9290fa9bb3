use countersign_api::ledger::v1::{AppendEntriesRequest, AppendEntriesResponse};
use service_kit::{call::CallContext, rejection::Rejection};
use tonic::Status;

use super::{new_entry, service::LedgerRpc, status, wire};
use crate::limits::BATCH_MAX_ENTRIES;

/// Appends a batch, all or nothing; answers after its commit.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: AppendEntriesRequest,
) -> Result<AppendEntriesResponse, Status> {
    let log = rpc.workspace_log(call, &request.parent)?;
    let count = request.entries.len();
    if count == 0 || count > BATCH_MAX_ENTRIES {
        let description = format!("holds {count}; send 1 to {BATCH_MAX_ENTRIES}");
        return Err(Rejection::malformed("entries", description).into());
    }
    let entries = request.entries.into_iter().enumerate();
    let entries = entries
        .map(|(position, entry)| new_entry::parse(&format!("entries[{position}]"), entry))
        .collect::<Result<Vec<_>, _>>()?;
    let appended = rpc.appender.try_append(log.clone(), entries).await;
    let appended = appended.map_err(|error| status::of_append(&log, error))?;
    Ok(AppendEntriesResponse { receipts: appended.iter().map(wire::receipt).collect() })
}
