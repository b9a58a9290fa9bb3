use countersign_api::candidate::v1::{ListDelegationsRequest, ListDelegationsResponse};
use tonic::{Request, Response, Status};

use crate::rpc::Parts;

pub(super) async fn handle(
    _parts: &Parts,
    _request: Request<ListDelegationsRequest>,
) -> Result<Response<ListDelegationsResponse>, Status> {
    Err(Status::unimplemented("in flight"))
}
