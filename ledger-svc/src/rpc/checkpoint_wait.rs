use std::sync::Arc;

use service_kit::rejection::Rejection;

use super::{service::LedgerRpc, status};
use crate::log::{Head, Log, LogView, Published};

/// Returns the latest checkpoint, waiting until it covers `least_size` entries. The call's deadline bounds the wait.
pub(super) async fn covering(rpc: &LedgerRpc, log: &Log, least_size: u64) -> Result<Arc<Published>, Rejection> {
    let mut views = log.watch();
    loop {
        let view = views.borrow_and_update().clone();
        if let Some(halt) = &view.halt {
            return Err(status::of_halt(log, halt));
        }
        if view.signed_size() >= least_size {
            return latest(rpc, log, &view).await;
        }
        if view.is_final {
            return Err(status::shutting_down());
        }
        // During a drain only what is committed already will still be signed.
        let is_coming = view.size >= least_size;
        if is_coming {
            rpc.logs.await_checkpoint();
        }
        tokio::select! {
            _ = views.changed() => {}
            () = rpc.shutdown.draining(), if !is_coming => return Err(status::shutting_down()),
        }
    }
}

/// Returns the checkpoint of a view; the empty log's is made when it is first asked for, and stored nowhere: it has one size, one root.
async fn latest(rpc: &LedgerRpc, log: &Log, view: &LogView) -> Result<Arc<Published>, Rejection> {
    if let Some(published) = &view.published {
        return Ok(Arc::clone(published));
    }
    let signed = rpc.key.sign_head(log, Head::empty()).await.map_err(|error| status::of_signer(&error))?;
    let empty = Arc::new(signed);
    log.keep_empty(Arc::clone(&empty));
    Ok(empty)
}
