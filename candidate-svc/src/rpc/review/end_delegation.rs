use countersign_api::candidate::v1::{EndDelegationRequest, EndDelegationResponse};
use tonic::{Request, Response, Status};

use crate::rpc::Parts;

pub(super) async fn handle(
    _parts: &Parts,
    _request: Request<EndDelegationRequest>,
) -> Result<Response<EndDelegationResponse>, Status> {
    Err(Status::unimplemented("in flight"))
}
