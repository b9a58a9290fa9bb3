use countersign_api::candidate::v1::{ExtendClaimRequest, ExtendClaimResponse};
use tonic::{Request, Response, Status};

use crate::{
    domain::State,
    rpc::{Parts, order::Order},
    wire::{command, time},
};

/// Extends a claim's lease.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ExtendClaimRequest>,
) -> Result<Response<ExtendClaimResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "extend_claim", &request.name, &request.request_id, &request)?;
    let command = command::extend_claim(&request)?;
    let candidate = order.give(parts, command).await?;
    let State::Executing(executing) = &candidate.state else {
        panic!("C-6: the revision that an extension left is executing");
    };
    let lease_expire_time = Some(time::to_wire(executing.claim.lease_expires_at));
    Ok(Response::new(ExtendClaimResponse { lease_expire_time }))
}
