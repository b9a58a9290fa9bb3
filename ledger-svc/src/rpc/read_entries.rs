use countersign_api::ledger::v1::{ReadEntriesRequest, ReadEntriesResponse};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use service_kit::call::CallContext;
use tonic::Status;

use super::{entry_chunks, parse, service::LedgerRpc, status};

/// Streams entries up to the size at the time of the call, or to the limit.
pub(super) fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &ReadEntriesRequest,
) -> Result<BoxStream<'static, Result<ReadEntriesResponse, Status>>, Status> {
    let log = rpc.log(call, &request.parent)?;
    let start = parse::number("start_index", request.start_index)?;
    let limit = parse::number("limit", request.limit)?;
    let size = log.view().size;
    if start > size {
        return Err(status::out_of_range(&log, "start_index", start, size).into());
    }
    let end = if limit == 0 { size } else { size.min(start.saturating_add(limit)) };
    let include_sealed = request.include_sealed;
    let rpc = rpc.clone();
    let chunks = stream::try_unfold(start, move |next| {
        let (rpc, log) = (rpc.clone(), log.clone());
        async move {
            if next >= end {
                return Ok(None);
            }
            if rpc.shutdown.is_draining() {
                return Err(status::shutting_down().into());
            }
            let entries = entry_chunks::read(&rpc, &log.workspace, next, end, include_sealed).await?;
            let next = next + entries.len() as u64;
            Ok(Some((ReadEntriesResponse { entries }, next)))
        }
    });
    Ok(Box::pin(chunks.into_stream()))
}
