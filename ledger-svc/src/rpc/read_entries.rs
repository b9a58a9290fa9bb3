use countersign_api::ledger::v1::{ReadEntriesRequest, ReadEntriesResponse};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use service_kit::call::CallContext;
use tonic::Status;

use super::{entry_chunks, parse, resume::Delivered, service::LedgerRpc, status};

/// Streams entries up to the size at the time of the call, or to the limit.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &ReadEntriesRequest,
) -> Result<BoxStream<'static, Result<ReadEntriesResponse, Status>>, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let start = parse::number("start_index", request.start_index)?;
    let limit = parse::number("limit", request.limit)?;
    let size = log.view().size;
    let delivered = Delivered::take_up(&rpc.ledger, &log, &request.resume_token, start).await?;
    let end = if limit == 0 { size } else { size.min(delivered.next().saturating_add(limit)) };
    let include_sealed = request.include_sealed;
    let rpc = rpc.clone();
    let chunks = stream::try_unfold(delivered, move |mut delivered| {
        let (rpc, log) = (rpc.clone(), log.clone());
        async move {
            if delivered.next() >= end {
                return Ok(None);
            }
            if rpc.shutdown.is_draining() {
                return Err(status::shutting_down().into());
            }
            let entries = entry_chunks::read(&rpc, &log.workspace, &mut delivered, end, include_sealed).await?;
            let resume_token = delivered.token();
            Ok(Some((ReadEntriesResponse { entries, resume_token }, delivered)))
        }
    });
    Ok(Box::pin(chunks.into_stream()))
}
