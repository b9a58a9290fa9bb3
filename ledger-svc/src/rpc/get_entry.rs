use countersign_api::ledger::v1::{GetEntryRequest, GetEntryResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{parse, service::LedgerRpc, status, wire};
use crate::store::{self, read};

/// Reads one entry by its index.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetEntryRequest,
) -> Result<GetEntryResponse, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let index = parse::number("index", request.index)?;
    let size = log.view().size;
    if index >= size {
        return Err(status::out_of_range(&log, "index", index, size).into());
    }
    let reading = async {
        let mut reader = rpc.ledger.reader_until(call.deadline()).await?;
        let mut rows = reader.rows();
        let entry = read::entry(&mut rows, &log.workspace, index).await?;
        let row = || format!("{}/{index}", log.workspace.id());
        let entry = entry.ok_or_else(|| store::Error::MissingRow { table: "entries", row: row() })?;
        rpc.contents.open_one(&mut rows, &log.workspace, entry).await
    };
    let entry = reading.await.map_err(|error| status::of_store(&error))?;
    Ok(GetEntryResponse { entry: Some(wire::entry(entry, false)) })
}
