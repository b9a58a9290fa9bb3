use countersign_api::ledger::v1::{GetCheckpointRequest, GetCheckpointResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{checkpoint_wait, parse, service::LedgerRpc, wire};

/// Reads the latest signed checkpoint, or waits until one covers a size. How far witnesses are is told beside it and never waited for.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetCheckpointRequest,
) -> Result<GetCheckpointResponse, Status> {
    let log = rpc.log_of_now(call, &request.parent).await?;
    let least_size = parse::number("least_size", request.least_size)?;
    let published = checkpoint_wait::covering(rpc, &log, least_size).await?;
    let key_text = |key| log.key_of(key).to_string();
    let response = GetCheckpointResponse {
        checkpoint: Some(wire::checkpoint(&published)),
        verifying_key: key_text(rpc.key.verifying_key()),
        verifying_keys: rpc.key.signing_keys().map(key_text).collect(),
        ..GetCheckpointResponse::default()
    };
    if !log.workspace.is_log_of_logs() {
        let witnessed_size = wire::number(rpc.coverage.witnessed_size(&log.workspace));
        return Ok(GetCheckpointResponse { witnessed_size, ..response });
    }
    let standing = rpc.witnessed.standing();
    Ok(GetCheckpointResponse {
        witnessed_size: wire::number(standing.size),
        witnessed_note: standing.note.clone(),
        witnesses: standing.witnesses.iter().map(wire::witness).collect(),
        ..response
    })
}
