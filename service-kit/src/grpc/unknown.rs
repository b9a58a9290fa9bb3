use countersign_api::error::v1::ErrorReason;

use crate::rejection::Rejection;

/// Refuses a call of an rpc that this server does not have.
pub(crate) fn unknown(rpc: &str) -> Rejection {
    Rejection::new(
        ErrorReason::RpcUnknown,
        format!("this server has no rpc `{rpc}`; ask its reflection for those that it has"),
    )
    .with("rpc", rpc)
}
