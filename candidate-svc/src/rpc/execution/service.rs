use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, ClaimExecutionsResponse, ExtendClaimRequest, ExtendClaimResponse, ReportOutcomeRequest,
    ReportOutcomeResponse, execution_service_server::ExecutionService,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

use super::{claim_executions, extend_claim, report_outcome};
use crate::rpc::Parts;

/// Answers the rpcs of `ExecutionService`.
#[derive(Debug, Clone)]
pub struct ExecutionRpc(pub(crate) Parts);

#[tonic::async_trait]
impl ExecutionService for ExecutionRpc {
    type ClaimExecutionsStream = BoxStream<'static, Result<ClaimExecutionsResponse, Status>>;

    async fn claim_executions(
        &self,
        request: Request<ClaimExecutionsRequest>,
    ) -> Result<Response<Self::ClaimExecutionsStream>, Status> {
        claim_executions::handle(&self.0, request).map(Response::new)
    }

    async fn extend_claim(
        &self,
        request: Request<ExtendClaimRequest>,
    ) -> Result<Response<ExtendClaimResponse>, Status> {
        extend_claim::handle(&self.0, request).await
    }

    async fn report_outcome(
        &self,
        request: Request<ReportOutcomeRequest>,
    ) -> Result<Response<ReportOutcomeResponse>, Status> {
        report_outcome::handle(&self.0, request).await
    }
}
