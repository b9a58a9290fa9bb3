use countersign_api::candidate::v1::{CountCandidatesRequest, CountCandidatesResponse};
use tonic::{Request, Response, Status};

use crate::rpc::Parts;

pub(super) async fn handle(
    _parts: &Parts,
    _request: Request<CountCandidatesRequest>,
) -> Result<Response<CountCandidatesResponse>, Status> {
    Err(Status::unimplemented("in flight"))
}
