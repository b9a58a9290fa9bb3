use countersign_api::candidate::v1::{DelegateReviewsRequest, DelegateReviewsResponse};
use tonic::{Request, Response, Status};

use crate::rpc::Parts;

pub(super) async fn handle(
    _parts: &Parts,
    _request: Request<DelegateReviewsRequest>,
) -> Result<Response<DelegateReviewsResponse>, Status> {
    Err(Status::unimplemented("in flight"))
}
