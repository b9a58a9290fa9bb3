use countersign_api::ledger::v1::{GetCheckpointRequest, GetCheckpointResponse};
use service_kit::call::CallContext;
use tonic::Status;

use super::{checkpoint_wait, parse, service::LedgerRpc, wire};

/// Reads the latest signed checkpoint, or waits until one covers a size.
pub(super) async fn answer(
    rpc: &LedgerRpc,
    call: &CallContext,
    request: &GetCheckpointRequest,
) -> Result<GetCheckpointResponse, Status> {
    let log = rpc.log(call, &request.parent)?;
    let least_size = parse::number("least_size", request.least_size)?;
    let published = checkpoint_wait::covering(rpc, &log, least_size).await?;
    Ok(GetCheckpointResponse {
        checkpoint: Some(wire::checkpoint(&published)),
        verifying_key: rpc.key.verifying_key().to_string(),
    })
}
