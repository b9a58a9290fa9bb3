use std::sync::Arc;

use countersign_api::{
    ledger::v1::{
        AppendEntriesRequest, AppendEntriesResponse, AppendStreamRequest, AppendStreamResponse, GetCheckpointRequest,
        GetCheckpointResponse, GetEntryByKeyRequest, GetEntryByKeyResponse, GetEntryRequest, GetEntryResponse,
        ProveCheckpointRequest, ProveCheckpointResponse, ProveConsistencyRequest, ProveConsistencyResponse,
        ProveInclusionRequest, ProveInclusionResponse, ReadEntriesRequest, ReadEntriesResponse,
        SubscribeEntriesRequest, SubscribeEntriesResponse, ledger_service_server::LedgerService,
    },
    name::Workspace,
};
use futures::stream::BoxStream;
use service_kit::{call::CallContext, shutdown::Shutdown};
use tonic::{Request, Response, Status, Streaming};

use super::{
    append_entries, append_stream, get_checkpoint, get_entry, get_entry_by_key, parse, prove_checkpoint,
    prove_consistency, prove_inclusion, read_entries, status, subscribe_entries,
};
use crate::{
    appender::Appender,
    contents::ContentReader,
    follower::Follower,
    log::{Log, Logs},
    log_of_logs::Coverage,
    signing::CheckpointSigner,
    store::LedgerStore,
    witness::Witnessed,
};

/// Answers the calls of `LedgerService`; clones share one ledger.
#[derive(Debug, Clone)]
pub struct LedgerRpc {
    pub(crate) ledger: LedgerStore,
    pub(crate) follower: Arc<Follower>,
    pub(crate) contents: ContentReader,
    pub(crate) logs: Arc<Logs>,
    pub(crate) appender: Appender,
    pub(crate) key: Arc<CheckpointSigner>,
    pub(crate) coverage: Arc<Coverage>,
    pub(crate) witnessed: Witnessed,
    pub(crate) shutdown: Shutdown,
}

impl LedgerRpc {
    /// Finds the log that `parent` names, if the caller reaches its workspace; the log of logs is for those who reach all.
    pub(super) fn log(&self, call: &CallContext, parent: &str) -> Result<Arc<Log>, Status> {
        self.reached(call, &parse::log(parent)?)
    }

    /// Finds the log of the workspace that `parent` names: the log of logs is written to by the ledger alone.
    pub(super) fn workspace_log(&self, call: &CallContext, parent: &str) -> Result<Arc<Log>, Status> {
        self.reached(call, &parse::workspace(parent)?)
    }

    /// Finds the log that `parent` names, known as far as it reaches now, whoever wrote to it last.
    pub(super) async fn log_of_now(&self, call: &CallContext, parent: &str) -> Result<Arc<Log>, Status> {
        let log = self.log(call, parent)?;
        self.follower.refresh(&log, call.deadline()).await.map_err(|error| status::of_store(&error))?;
        Ok(log)
    }

    fn reached(&self, call: &CallContext, workspace: &Workspace) -> Result<Arc<Log>, Status> {
        call.authorize(workspace)?;
        Ok(self.logs.of(workspace))
    }
}

type Chunks<T> = BoxStream<'static, Result<T, Status>>;

#[tonic::async_trait]
impl LedgerService for LedgerRpc {
    type AppendStreamStream = Chunks<AppendStreamResponse>;
    type ReadEntriesStream = Chunks<ReadEntriesResponse>;
    type SubscribeEntriesStream = Chunks<SubscribeEntriesResponse>;

    async fn append_entries(
        &self,
        request: Request<AppendEntriesRequest>,
    ) -> Result<Response<AppendEntriesResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        append_entries::answer(self, &call, request.into_inner()).await.map(Response::new)
    }

    async fn append_stream(
        &self,
        request: Request<Streaming<AppendStreamRequest>>,
    ) -> Result<Response<Self::AppendStreamStream>, Status> {
        let call = CallContext::from_request(&request)?;
        Ok(Response::new(append_stream::answer(self.clone(), call, request.into_inner())))
    }

    async fn get_entry(&self, request: Request<GetEntryRequest>) -> Result<Response<GetEntryResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        get_entry::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn get_entry_by_key(
        &self,
        request: Request<GetEntryByKeyRequest>,
    ) -> Result<Response<GetEntryByKeyResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        get_entry_by_key::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn read_entries(
        &self,
        request: Request<ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        let call = CallContext::from_request(&request)?;
        read_entries::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn subscribe_entries(
        &self,
        request: Request<SubscribeEntriesRequest>,
    ) -> Result<Response<Self::SubscribeEntriesStream>, Status> {
        let call = CallContext::from_request(&request)?;
        subscribe_entries::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn get_checkpoint(
        &self,
        request: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        get_checkpoint::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn prove_inclusion(
        &self,
        request: Request<ProveInclusionRequest>,
    ) -> Result<Response<ProveInclusionResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        prove_inclusion::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn prove_checkpoint(
        &self,
        request: Request<ProveCheckpointRequest>,
    ) -> Result<Response<ProveCheckpointResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        prove_checkpoint::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }

    async fn prove_consistency(
        &self,
        request: Request<ProveConsistencyRequest>,
    ) -> Result<Response<ProveConsistencyResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        prove_consistency::answer(self, &call, &request.into_inner()).await.map(Response::new)
    }
}
