use countersign_api::candidate::v1::{CheckPolicyRequest, CheckPolicyResponse};
use tonic::{Request, Response, Status};

use crate::{
    policy::Policy,
    rpc::{Parts, status},
};

/// What errors call the policy: the request's field.
const FILE: &str = "policy_toml";

/// Reads a policy and says what is wrong with it, if anything.
pub(super) fn handle(
    parts: &Parts,
    request: Request<CheckPolicyRequest>,
) -> Result<Response<CheckPolicyResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    Parts::workspace(&call, &request.parent)?;
    let policy = Policy::read_checked(FILE, &request.policy_toml, &parts.catalogue, &parts.approvers)
        .map_err(|error| status::of_policy(&error))?;
    Ok(Response::new(CheckPolicyResponse { policy_digest: policy.digest().as_bytes().to_vec() }))
}
