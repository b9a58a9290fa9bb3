use countersign_api::candidate::v1::{
    CheckPolicyRequest, CheckPolicyResponse, GetPolicyRevisionRequest, GetPolicyRevisionResponse,
    ListPolicyRevisionsRequest, ListPolicyRevisionsResponse, policy_service_server::PolicyService,
};
use tonic::{Request, Response, Status};

use super::{check_policy, get_policy_revision, list_policy_revisions};
use crate::rpc::Parts;

/// Answers the rpcs of `PolicyService`.
#[derive(Debug, Clone)]
pub struct PolicyRpc(pub(crate) Parts);

#[tonic::async_trait]
impl PolicyService for PolicyRpc {
    async fn get_policy_revision(
        &self,
        request: Request<GetPolicyRevisionRequest>,
    ) -> Result<Response<GetPolicyRevisionResponse>, Status> {
        get_policy_revision::handle(&self.0, request).await
    }

    async fn list_policy_revisions(
        &self,
        request: Request<ListPolicyRevisionsRequest>,
    ) -> Result<Response<ListPolicyRevisionsResponse>, Status> {
        list_policy_revisions::handle(&self.0, request).await
    }

    async fn check_policy(
        &self,
        request: Request<CheckPolicyRequest>,
    ) -> Result<Response<CheckPolicyResponse>, Status> {
        check_policy::handle(&self.0, request)
    }
}
