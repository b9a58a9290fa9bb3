use countersign_api::{
    ledger::v1::{ProveCheckpointRequest, ProveCheckpointResponse},
    name::Workspace,
};
use service_kit::{call::CallContext, rejection::Rejection};
use tonic::Status;

use super::{checkpoint_wait, parse, prove_inclusion, service::LedgerRpc, status, wire};
use crate::{log::Log, log_of_logs::Cover};

/// Proves that a checkpoint of a workspace's log is in the log of logs. The proof says nothing of other workspaces but hashes.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &ProveCheckpointRequest,
) -> Result<ProveCheckpointResponse, Status> {
    let log = rpc.workspace_log(call, &request.parent)?;
    let least_size = parse::number("least_size", request.least_size)?;
    let cover = covering(rpc, &log, least_size).await?;
    let log_of_logs = rpc.logs.of(&Workspace::log_of_logs());
    let published = checkpoint_wait::covering(rpc, &log_of_logs, cover.index + 1).await?;
    let proved =
        prove_inclusion::prove_one(rpc, &log_of_logs, call.deadline(), cover.index, published.checkpoint.size()).await;
    Ok(ProveCheckpointResponse {
        checkpoint: Some(wire::checkpoint(&published)),
        proof: Some(proved.map_err(|error| status::of_store(&error))?),
        covered_size: wire::number(cover.size),
    })
}

/// Waits until a checkpoint of at least this size is covered. The call's deadline bounds the wait.
async fn covering(rpc: &LedgerRpc, log: &Log, least_size: u64) -> Result<Cover, Rejection> {
    let mut changes = rpc.coverage.watch();
    loop {
        changes.borrow_and_update();
        if let Some(halt) = log.halt() {
            return Err(status::of_halt(log, &halt));
        }
        if let Some(cover) = rpc.coverage.last(&log.workspace).filter(|cover| cover.size >= least_size) {
            return Ok(cover);
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = rpc.shutdown.draining() => return Err(status::shutting_down()),
        }
    }
}
