use countersign_api::ledger::v1::{GetEntryRequest, GetEntryResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{parse, service::LedgerRpc, status, wire};
use crate::store::{self, sqlite};

/// Reads one entry by its index.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetEntryRequest,
) -> Result<GetEntryResponse, Status> {
    let log = rpc.log(call, &request.parent)?;
    let index = parse::number("index", request.index)?;
    let size = log.view().size;
    if index >= size {
        return Err(status::out_of_range(&log, "index", index, size).into());
    }
    let read = async {
        let mut connection = rpc.ledger.reader().await?;
        let entry = sqlite::entry(&mut connection, &log.workspace, index).await?;
        let row = || format!("{}/{index}", log.workspace.id());
        let entry = entry.ok_or_else(|| store::Error::MissingRow { table: "entries", row: row() })?;
        rpc.contents.open_one(&mut connection, &log.workspace, entry).await
    };
    let entry = read.await.map_err(|error| status::of_store(&error))?;
    Ok(GetEntryResponse { entry: Some(wire::entry(entry, false)) })
}
