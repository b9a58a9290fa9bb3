use countersign_api::candidate::v1::{
    ListActionTypesRequest, ListActionTypesResponse, ProposeCandidateRequest, ProposeCandidateResponse,
    StreamProposalsRequest, StreamProposalsResponse, WatchOutcomesRequest, WatchOutcomesResponse,
    WithdrawCandidateRequest, WithdrawCandidateResponse, proposal_service_server::ProposalService,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::{list_action_types, propose_candidate, stream_proposals, watch_outcomes, withdraw_candidate};
use crate::rpc::Parts;

/// Answers the rpcs of `ProposalService`.
#[derive(Debug, Clone)]
pub struct ProposalRpc(pub(crate) Parts);

#[tonic::async_trait]
impl ProposalService for ProposalRpc {
    type StreamProposalsStream = BoxStream<'static, Result<StreamProposalsResponse, Status>>;
    type WatchOutcomesStream = BoxStream<'static, Result<WatchOutcomesResponse, Status>>;

    async fn propose_candidate(
        &self,
        request: Request<ProposeCandidateRequest>,
    ) -> Result<Response<ProposeCandidateResponse>, Status> {
        propose_candidate::handle(&self.0, request).await
    }

    async fn stream_proposals(
        &self,
        request: Request<Streaming<StreamProposalsRequest>>,
    ) -> Result<Response<Self::StreamProposalsStream>, Status> {
        let (call, inbound) = Parts::enter(request)?;
        Ok(Response::new(stream_proposals::answer(self.0.clone(), call, inbound)))
    }

    async fn withdraw_candidate(
        &self,
        request: Request<WithdrawCandidateRequest>,
    ) -> Result<Response<WithdrawCandidateResponse>, Status> {
        withdraw_candidate::handle(&self.0, request).await
    }

    async fn list_action_types(
        &self,
        request: Request<ListActionTypesRequest>,
    ) -> Result<Response<ListActionTypesResponse>, Status> {
        list_action_types::handle(&self.0, request)
    }

    async fn watch_outcomes(
        &self,
        request: Request<WatchOutcomesRequest>,
    ) -> Result<Response<Self::WatchOutcomesStream>, Status> {
        watch_outcomes::handle(&self.0, request).await.map(Response::new)
    }
}
