use countersign_api::candidate::v1::{
    GetTriggerRequest, GetTriggerResponse, ListTriggersRequest, ListTriggersResponse, RecordTriggerRequest,
    RecordTriggerResponse, StreamTriggersRequest, StreamTriggersResponse, trigger_service_server::TriggerService,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

use super::{get_trigger, list_triggers, record_trigger, stream_triggers};
use crate::rpc::Parts;

/// Answers the rpcs of `TriggerService`.
#[derive(Debug, Clone)]
pub struct TriggerRpc(pub(crate) Parts);

#[tonic::async_trait]
impl TriggerService for TriggerRpc {
    type StreamTriggersStream = BoxStream<'static, Result<StreamTriggersResponse, Status>>;

    async fn record_trigger(
        &self,
        request: Request<RecordTriggerRequest>,
    ) -> Result<Response<RecordTriggerResponse>, Status> {
        record_trigger::handle(&self.0, request).await
    }

    async fn get_trigger(&self, request: Request<GetTriggerRequest>) -> Result<Response<GetTriggerResponse>, Status> {
        get_trigger::handle(&self.0, request).await
    }

    async fn list_triggers(
        &self,
        request: Request<ListTriggersRequest>,
    ) -> Result<Response<ListTriggersResponse>, Status> {
        list_triggers::handle(&self.0, request).await
    }

    async fn stream_triggers(
        &self,
        request: Request<StreamTriggersRequest>,
    ) -> Result<Response<Self::StreamTriggersStream>, Status> {
        stream_triggers::handle(&self.0, request).await.map(Response::new)
    }
}
