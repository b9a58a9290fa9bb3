use countersign_api::ledger::v1::{ProveConsistencyRequest, ProveConsistencyResponse};
use ledger_format::ConsistencyProof;
use service_kit::call::CallContext;
use tokio::time::Instant;
use tonic::Status;

use super::{checkpoint_wait, parse, service::LedgerRpc, status, wire};
use crate::{
    log::Log,
    store::{self, tree},
};

/// Proves that an older size is a prefix of a newer one, of the latest checkpoint's unless asked otherwise.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &ProveConsistencyRequest,
) -> Result<ProveConsistencyResponse, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let old_size = parse::number("old_size", request.old_size)?;
    let new_size = parse::number("new_size", request.new_size)?;
    let published = checkpoint_wait::covering(rpc, &log, 0).await?;
    let signed_size = published.checkpoint.size();
    if new_size > signed_size {
        return Err(status::out_of_range(&log, "new_size", new_size, signed_size).into());
    }
    let new_size = if new_size == 0 { signed_size } else { new_size };
    if old_size > new_size {
        return Err(status::out_of_range(&log, "old_size", old_size, new_size).into());
    }
    let proof =
        prove(rpc, &log, call.deadline(), old_size, new_size).await.map_err(|error| status::of_store(&error))?;
    Ok(ProveConsistencyResponse {
        checkpoint: Some(wire::checkpoint(&published)),
        hashes: proof.hashes.iter().map(wire::hash).collect(),
    })
}

async fn prove(
    rpc: &LedgerRpc,
    log: &Log,
    deadline: Option<Instant>,
    old_size: u64,
    new_size: u64,
) -> Result<ConsistencyProof, store::Error> {
    let subtrees = ConsistencyProof::subtrees(old_size, new_size).expect("invariant: the older size is not the larger");
    let mut reader = rpc.ledger.reader_until(deadline).await?;
    let roots = rpc.ledger.tile_roots();
    let hashes = tree::tree_hashes(&mut reader.rows(), roots, &log.workspace, new_size, subtrees).await?;
    Ok(ConsistencyProof::build(old_size, new_size, &hashes).expect("invariant: every hash was read ahead"))
}
