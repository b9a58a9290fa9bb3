use std::sync::Arc;

use countersign_api::ledger::v1::{
    EraseContentRequest, EraseContentResponse, FollowErasuresRequest, FollowErasuresResponse, ListLegalHoldsRequest,
    ListLegalHoldsResponse, PlaceLegalHoldRequest, PlaceLegalHoldResponse, ReleaseLegalHoldRequest,
    ReleaseLegalHoldResponse, RepeatErasureRequest, RepeatErasureResponse, erasure_service_server::ErasureService,
};
use futures::stream::BoxStream;
use service_kit::{access::Pseudonyms, call::CallContext, ids::Ids};
use tonic::{Request, Response, Status};

use super::{erase_content, follow_erasures, list_legal_holds, place_legal_hold, release_legal_hold, repeat_erasure};
use crate::{
    appender::Recorded,
    custody::Act,
    log::Log,
    rpc::{service::LedgerRpc, status},
};

/// Answers the calls of `ErasureService`; clones share one ledger.
#[derive(Debug, Clone)]
pub struct ErasureRpc {
    pub(super) ledger: LedgerRpc,
    pub(super) pseudonyms: Pseudonyms,
    pub(super) ids: Arc<dyn Ids>,
}

impl ErasureRpc {
    pub(crate) fn new(ledger: LedgerRpc, pseudonyms: Pseudonyms, ids: Arc<dyn Ids>) -> Self {
        Self { ledger, pseudonyms, ids }
    }

    pub(super) async fn record(&self, log: &Arc<Log>, act: Act) -> Result<Recorded, Status> {
        let recorded = self.ledger.appender.custody(Arc::clone(log), act).await;
        Ok(recorded.map_err(|error| status::of_append(log, error))?)
    }
}

#[tonic::async_trait]
impl ErasureService for ErasureRpc {
    type FollowErasuresStream = BoxStream<'static, Result<FollowErasuresResponse, Status>>;

    async fn follow_erasures(
        &self,
        request: Request<FollowErasuresRequest>,
    ) -> Result<Response<Self::FollowErasuresStream>, Status> {
        let call = CallContext::from_request(&request)?;
        follow_erasures::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn erase_content(
        &self,
        request: Request<EraseContentRequest>,
    ) -> Result<Response<EraseContentResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        erase_content::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn repeat_erasure(
        &self,
        request: Request<RepeatErasureRequest>,
    ) -> Result<Response<RepeatErasureResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        repeat_erasure::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn place_legal_hold(
        &self,
        request: Request<PlaceLegalHoldRequest>,
    ) -> Result<Response<PlaceLegalHoldResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        place_legal_hold::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn release_legal_hold(
        &self,
        request: Request<ReleaseLegalHoldRequest>,
    ) -> Result<Response<ReleaseLegalHoldResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        release_legal_hold::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn list_legal_holds(
        &self,
        request: Request<ListLegalHoldsRequest>,
    ) -> Result<Response<ListLegalHoldsResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        list_legal_holds::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }
}
