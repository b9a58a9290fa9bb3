use std::sync::Arc;

use countersign_api::ledger::v1::{SubscribeEntriesRequest, SubscribeEntriesResponse};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use service_kit::call::CallContext;
use tokio::sync::watch;
use tonic::Status;

use super::{entry_chunks, parse, resume::Delivered, service::LedgerRpc, status};
use crate::log::{Log, LogView};

/// Streams entries from an index on and goes on with every commit, until the caller leaves or the server drains.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &SubscribeEntriesRequest,
) -> Result<BoxStream<'static, Result<SubscribeEntriesResponse, Status>>, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let start = parse::number("start_index", request.start_index)?;
    let delivered = Delivered::take_up(&rpc.ledger, &log, &request.resume_token, start).await?;
    let subscription = Subscription { rpc: rpc.clone(), view: log.watch(), log, delivered };
    let chunks = stream::try_unfold(subscription, |mut subscription| async move {
        let chunk = subscription.chunk().await?;
        Ok(Some((chunk, subscription)))
    });
    Ok(Box::pin(chunks.into_stream()))
}

struct Subscription {
    rpc: LedgerRpc,
    log: Arc<Log>,
    view: watch::Receiver<LogView>,
    /// What the subscriber was sent (L-1: it gets every entry, in order).
    delivered: Delivered,
}

impl Subscription {
    async fn chunk(&mut self) -> Result<SubscribeEntriesResponse, Status> {
        let size = self.committed_beyond_next().await?;
        let entries = entry_chunks::read(&self.rpc, &self.log.workspace, &mut self.delivered, size, false).await?;
        Ok(SubscribeEntriesResponse { entries, resume_token: self.delivered.token() })
    }

    /// Waits until there is something to send; returns the size of the log then.
    async fn committed_beyond_next(&mut self) -> Result<u64, Status> {
        loop {
            let (size, is_final) = {
                let view = self.view.borrow_and_update();
                (view.size, view.is_final)
            };
            if self.rpc.shutdown.is_draining() {
                return Err(status::shutting_down().into());
            }
            if size > self.delivered.next() {
                return Ok(size);
            }
            if is_final {
                return Err(status::shutting_down().into());
            }
            tokio::select! {
                _ = self.view.changed() => {}
                () = self.rpc.shutdown.draining() => {}
            }
        }
    }
}
