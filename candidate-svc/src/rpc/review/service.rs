use countersign_api::candidate::v1::{
    AddEvidenceRequest, AddEvidenceResponse, ApproveCandidateRequest, ApproveCandidateResponse, AssignOwnerRequest,
    AssignOwnerResponse, CountCandidatesRequest, CountCandidatesResponse, DecideBatchRequest, DecideBatchResponse,
    DelegateReviewsRequest, DelegateReviewsResponse, EditCandidateRequest, EditCandidateResponse, EndDelegationRequest,
    EndDelegationResponse, GetCandidateRequest, GetCandidateResponse, HoldCandidateRequest, HoldCandidateResponse,
    ListCandidatesRequest, ListCandidatesResponse, ListDelegationsRequest, ListDelegationsResponse,
    RejectCandidateRequest, RejectCandidateResponse, ReleaseCandidateRequest, ReleaseCandidateResponse,
    RequestEvidenceRequest, RequestEvidenceResponse, RetryExecutionRequest, RetryExecutionResponse,
    SendBackForReworkRequest, SendBackForReworkResponse, SettleOutcomeRequest, SettleOutcomeResponse,
    WatchCandidatesRequest, WatchCandidatesResponse, WithdrawApprovalRequest, WithdrawApprovalResponse,
    review_service_server::ReviewService,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

use super::{
    add_evidence, approve_candidate, assign_owner, count_candidates, decide_batch, delegate_reviews, edit_candidate,
    end_delegation, get_candidate, hold_candidate, list_candidates, list_delegations, reject_candidate,
    release_candidate, request_evidence, retry_execution, send_back_for_rework, settle_outcome, watch_candidates,
    withdraw_approval,
};
use crate::rpc::Parts;

/// Answers the rpcs of `ReviewService`.
#[derive(Debug, Clone)]
pub struct ReviewRpc(pub(crate) Parts);

#[tonic::async_trait]
impl ReviewService for ReviewRpc {
    type WatchCandidatesStream = BoxStream<'static, Result<WatchCandidatesResponse, Status>>;

    async fn watch_candidates(
        &self,
        request: Request<WatchCandidatesRequest>,
    ) -> Result<Response<Self::WatchCandidatesStream>, Status> {
        watch_candidates::handle(&self.0, request).await.map(Response::new)
    }

    async fn get_candidate(
        &self,
        request: Request<GetCandidateRequest>,
    ) -> Result<Response<GetCandidateResponse>, Status> {
        get_candidate::handle(&self.0, request).await
    }

    async fn list_candidates(
        &self,
        request: Request<ListCandidatesRequest>,
    ) -> Result<Response<ListCandidatesResponse>, Status> {
        list_candidates::handle(&self.0, request).await
    }

    async fn approve_candidate(
        &self,
        request: Request<ApproveCandidateRequest>,
    ) -> Result<Response<ApproveCandidateResponse>, Status> {
        approve_candidate::handle(&self.0, request).await
    }

    async fn withdraw_approval(
        &self,
        request: Request<WithdrawApprovalRequest>,
    ) -> Result<Response<WithdrawApprovalResponse>, Status> {
        withdraw_approval::handle(&self.0, request).await
    }

    async fn edit_candidate(
        &self,
        request: Request<EditCandidateRequest>,
    ) -> Result<Response<EditCandidateResponse>, Status> {
        edit_candidate::handle(&self.0, request).await
    }

    async fn reject_candidate(
        &self,
        request: Request<RejectCandidateRequest>,
    ) -> Result<Response<RejectCandidateResponse>, Status> {
        reject_candidate::handle(&self.0, request).await
    }

    async fn hold_candidate(
        &self,
        request: Request<HoldCandidateRequest>,
    ) -> Result<Response<HoldCandidateResponse>, Status> {
        hold_candidate::handle(&self.0, request).await
    }

    async fn release_candidate(
        &self,
        request: Request<ReleaseCandidateRequest>,
    ) -> Result<Response<ReleaseCandidateResponse>, Status> {
        release_candidate::handle(&self.0, request).await
    }

    async fn request_evidence(
        &self,
        request: Request<RequestEvidenceRequest>,
    ) -> Result<Response<RequestEvidenceResponse>, Status> {
        request_evidence::handle(&self.0, request).await
    }

    async fn add_evidence(
        &self,
        request: Request<AddEvidenceRequest>,
    ) -> Result<Response<AddEvidenceResponse>, Status> {
        add_evidence::handle(&self.0, request).await
    }

    async fn assign_owner(
        &self,
        request: Request<AssignOwnerRequest>,
    ) -> Result<Response<AssignOwnerResponse>, Status> {
        assign_owner::handle(&self.0, request).await
    }

    async fn send_back_for_rework(
        &self,
        request: Request<SendBackForReworkRequest>,
    ) -> Result<Response<SendBackForReworkResponse>, Status> {
        send_back_for_rework::handle(&self.0, request).await
    }

    async fn retry_execution(
        &self,
        request: Request<RetryExecutionRequest>,
    ) -> Result<Response<RetryExecutionResponse>, Status> {
        retry_execution::handle(&self.0, request).await
    }

    async fn settle_outcome(
        &self,
        request: Request<SettleOutcomeRequest>,
    ) -> Result<Response<SettleOutcomeResponse>, Status> {
        settle_outcome::handle(&self.0, request).await
    }

    async fn decide_batch(
        &self,
        request: Request<DecideBatchRequest>,
    ) -> Result<Response<DecideBatchResponse>, Status> {
        decide_batch::handle(&self.0, request).await
    }

    async fn count_candidates(
        &self,
        request: Request<CountCandidatesRequest>,
    ) -> Result<Response<CountCandidatesResponse>, Status> {
        count_candidates::handle(&self.0, request).await
    }

    async fn delegate_reviews(
        &self,
        request: Request<DelegateReviewsRequest>,
    ) -> Result<Response<DelegateReviewsResponse>, Status> {
        delegate_reviews::handle(&self.0, request).await
    }

    async fn list_delegations(
        &self,
        request: Request<ListDelegationsRequest>,
    ) -> Result<Response<ListDelegationsResponse>, Status> {
        list_delegations::handle(&self.0, request).await
    }

    async fn end_delegation(
        &self,
        request: Request<EndDelegationRequest>,
    ) -> Result<Response<EndDelegationResponse>, Status> {
        end_delegation::handle(&self.0, request).await
    }
}
