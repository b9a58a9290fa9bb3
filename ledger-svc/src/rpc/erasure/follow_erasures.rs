use std::sync::Arc;

use countersign_api::ledger::v1::{ErasedSubject, FollowErasuresRequest, FollowErasuresResponse};
use futures::{
    TryStreamExt,
    stream::{self, BoxStream},
};
use service_kit::call::CallContext;
use tokio::sync::watch;
use tonic::Status;

use super::service::ErasureRpc;
use crate::{
    limits::CHUNK_MAX_ENTRIES,
    log::{Log, LogView},
    rpc::{parse, service::LedgerRpc, status, wire},
    store::{self, read},
};

/// Streams erasures from an index on and goes on with every further one, until the caller leaves or the server drains.
pub(super) async fn answer(
    rpc: &ErasureRpc,
    call: &CallContext,
    request: &FollowErasuresRequest,
) -> Result<BoxStream<'static, Result<FollowErasuresResponse, Status>>, Status> {
    parse::workspace(&request.parent)?;
    let log = rpc.ledger.log_of_now(call, &request.parent).await?;
    let next = parse::number("start_index", request.start_index)?;
    let size = log.view().size;
    if next > size {
        return Err(status::out_of_range(&log, "start_index", next, size).into());
    }
    let following = Following { rpc: rpc.ledger.clone(), view: log.watch(), log, next };
    let chunks = stream::try_unfold(following, |mut following| async move {
        let chunk = following.chunk().await?;
        Ok(Some((chunk, following)))
    });
    Ok(Box::pin(chunks.into_stream()))
}

struct Following {
    rpc: LedgerRpc,
    log: Arc<Log>,
    view: watch::Receiver<LogView>,
    /// The least index of the next erasure.
    next: u64,
}

impl Following {
    async fn chunk(&mut self) -> Result<FollowErasuresResponse, Status> {
        loop {
            // Marked as seen before the look: an erasure that comes after it wakes.
            let (erasures, is_final) = {
                let view = self.view.borrow_and_update();
                (view.erasures, view.is_final)
            };
            if self.rpc.shutdown.is_draining() {
                return Err(status::shutting_down().into());
            }
            let found = self.look().await.map_err(|error| status::of_store(&error))?;
            if let Some((_, last)) = found.last() {
                self.next = last + 1;
                let shown = |(subject, index)| ErasedSubject { subject, entry_index: wire::number(index) };
                return Ok(FollowErasuresResponse { erased: found.into_iter().map(shown).collect() });
            }
            if is_final {
                return Err(status::shutting_down().into());
            }
            tokio::select! {
                _ = self.view.wait_for(|view| view.erasures > erasures || view.is_final) => {}
                () = self.rpc.shutdown.draining() => {}
            }
        }
    }

    async fn look(&self) -> Result<Vec<(String, u64)>, store::Error> {
        let mut reader = self.rpc.ledger.reader().await?;
        read::erasures_from(&mut reader.rows(), &self.log.workspace, self.next, CHUNK_MAX_ENTRIES).await
    }
}
