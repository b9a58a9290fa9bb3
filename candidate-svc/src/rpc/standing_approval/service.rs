use countersign_api::candidate::v1::{
    GetStandingApprovalRequest, GetStandingApprovalResponse, GrantStandingApprovalRequest,
    GrantStandingApprovalResponse, ListStandingApprovalsRequest, ListStandingApprovalsResponse,
    RevokeStandingApprovalRequest, RevokeStandingApprovalResponse,
    standing_approval_service_server::StandingApprovalService,
};
use tonic::{Request, Response, Status};

use super::{get_standing_approval, grant_standing_approval, list_standing_approvals, revoke_standing_approval};
use crate::rpc::Parts;

/// Answers the rpcs of `StandingApprovalService`.
#[derive(Debug, Clone)]
pub struct StandingApprovalRpc(pub(crate) Parts);

#[tonic::async_trait]
impl StandingApprovalService for StandingApprovalRpc {
    async fn grant_standing_approval(
        &self,
        request: Request<GrantStandingApprovalRequest>,
    ) -> Result<Response<GrantStandingApprovalResponse>, Status> {
        grant_standing_approval::handle(&self.0, request).await
    }

    async fn get_standing_approval(
        &self,
        request: Request<GetStandingApprovalRequest>,
    ) -> Result<Response<GetStandingApprovalResponse>, Status> {
        get_standing_approval::handle(&self.0, request).await
    }

    async fn list_standing_approvals(
        &self,
        request: Request<ListStandingApprovalsRequest>,
    ) -> Result<Response<ListStandingApprovalsResponse>, Status> {
        list_standing_approvals::handle(&self.0, request).await
    }

    async fn revoke_standing_approval(
        &self,
        request: Request<RevokeStandingApprovalRequest>,
    ) -> Result<Response<RevokeStandingApprovalResponse>, Status> {
        revoke_standing_approval::handle(&self.0, request).await
    }
}
