use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use countersign_api::{
    error::v1::ErrorReason,
    ledger::v1::{
        AppendEntriesRequest, AppendEntriesResponse, AppendStreamRequest, AppendStreamResponse, Entry,
        GetCheckpointRequest, GetCheckpointResponse, GetEntryByKeyRequest, GetEntryByKeyResponse, GetEntryRequest,
        GetEntryResponse, ProveCheckpointRequest, ProveCheckpointResponse, ProveConsistencyRequest,
        ProveConsistencyResponse, ProveInclusionRequest, ProveInclusionResponse, ReadEntriesRequest,
        ReadEntriesResponse, Receipt, SubscribeEntriesRequest, SubscribeEntriesResponse,
        ledger_service_server::LedgerService,
    },
};
use futures::stream::{self, BoxStream};
use ledger_format::{VerifyingKey, VerifyingKeys};
use service_kit::rejection::Rejection;
use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming};

use super::log::Log;

/// A ledger in memory that keeps the contract, and that a story can make fail. Clones share it.
#[derive(Clone)]
pub(crate) struct FakeLedger {
    log: Arc<Mutex<Log>>,
    size: Arc<watch::Sender<usize>>,
    is_down: Arc<AtomicBool>,
    answers_to_lose: Arc<AtomicU32>,
    /// Counts appends that were asked for, lost answers included.
    appends: Arc<watch::Sender<u32>>,
}

impl FakeLedger {
    pub(crate) fn new() -> Self {
        Self {
            log: Arc::new(Mutex::new(Log::new())),
            size: Arc::default(),
            is_down: Arc::default(),
            answers_to_lose: Arc::default(),
            appends: Arc::default(),
        }
    }

    /// Makes every rpc fail, or work again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    /// Makes the next append happen and its answer get lost, as a crash of the caller would.
    pub(crate) fn lose_next_answer(&self) {
        self.answers_to_lose.fetch_add(1, Ordering::SeqCst);
    }

    /// Sees every append that is asked for.
    pub(crate) fn appends(&self) -> watch::Receiver<u32> {
        self.appends.subscribe()
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.log().entries.clone()
    }

    pub(crate) fn verifying_key(&self) -> VerifyingKey {
        self.log().verifying_key()
    }

    /// The keys that it signs under, as a list.
    pub(crate) fn verifying_keys(&self) -> VerifyingKeys {
        VerifyingKeys::new(vec![self.verifying_key()]).expect("a list")
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().expect("the ledger's lock")
    }

    fn check_up(&self) -> Result<(), Status> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(Rejection::new(ErrorReason::StorageFailed, "the ledger is down on purpose").into());
        }
        Ok(())
    }

    fn loses_answer(&self) -> bool {
        self.answers_to_lose.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }
}

#[tonic::async_trait]
impl LedgerService for FakeLedger {
    type AppendStreamStream = BoxStream<'static, Result<AppendStreamResponse, Status>>;
    type ReadEntriesStream = BoxStream<'static, Result<ReadEntriesResponse, Status>>;
    type SubscribeEntriesStream = BoxStream<'static, Result<SubscribeEntriesResponse, Status>>;

    async fn append_entries(
        &self,
        request: Request<AppendEntriesRequest>,
    ) -> Result<Response<AppendEntriesResponse>, Status> {
        self.appends.send_modify(|count| *count += 1);
        self.check_up()?;
        let mut receipts = Vec::new();
        {
            let mut log = self.log();
            for entry in request.into_inner().entries {
                let (index, replayed) =
                    log.append(entry).map_err(|key| Rejection::new(ErrorReason::IdempotencyKeyReused, key))?;
                let leaf_hash = log.entries[index].leaf_hash.clone();
                receipts.push(Receipt { index: i64::try_from(index).expect("small"), leaf_hash, replayed });
            }
            self.size.send_replace(log.entries.len());
        }
        if self.loses_answer() {
            return Err(Rejection::new(ErrorReason::StorageFailed, "the answer is lost on purpose").into());
        }
        Ok(Response::new(AppendEntriesResponse { receipts }))
    }

    async fn prove_inclusion(
        &self,
        request: Request<ProveInclusionRequest>,
    ) -> Result<Response<ProveInclusionResponse>, Status> {
        self.check_up()?;
        let log = self.log();
        let proofs = request.into_inner().indices.into_iter().map(|index| log.prove(index)).collect();
        Ok(Response::new(ProveInclusionResponse { checkpoint: Some(log.checkpoint()), proofs }))
    }

    async fn subscribe_entries(
        &self,
        request: Request<SubscribeEntriesRequest>,
    ) -> Result<Response<Self::SubscribeEntriesStream>, Status> {
        self.check_up()?;
        let start = usize::try_from(request.into_inner().start_index).expect("an index");
        let follower = (self.clone(), self.size.subscribe(), start);
        let entries = stream::unfold(follower, |(ledger, mut size, next)| async move {
            let end = *size.wait_for(|size| *size > next).await.ok()?;
            let entries = ledger.log().entries[next..end].to_vec();
            Some((Ok(SubscribeEntriesResponse { entries, ..SubscribeEntriesResponse::default() }), (ledger, size, end)))
        });
        Ok(Response::new(Box::pin(entries)))
    }

    async fn append_stream(
        &self,
        _: Request<Streaming<AppendStreamRequest>>,
    ) -> Result<Response<Self::AppendStreamStream>, Status> {
        unused()
    }

    async fn get_entry(&self, request: Request<GetEntryRequest>) -> Result<Response<GetEntryResponse>, Status> {
        self.check_up()?;
        let index = usize::try_from(request.into_inner().index).expect("an index");
        Ok(Response::new(GetEntryResponse { entry: Some(self.log().entries[index].clone()) }))
    }

    async fn get_entry_by_key(
        &self,
        _: Request<GetEntryByKeyRequest>,
    ) -> Result<Response<GetEntryByKeyResponse>, Status> {
        unused()
    }

    async fn read_entries(&self, _: Request<ReadEntriesRequest>) -> Result<Response<Self::ReadEntriesStream>, Status> {
        unused()
    }

    async fn get_checkpoint(
        &self,
        _: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        unused()
    }

    async fn prove_checkpoint(
        &self,
        _: Request<ProveCheckpointRequest>,
    ) -> Result<Response<ProveCheckpointResponse>, Status> {
        unused()
    }

    async fn prove_consistency(
        &self,
        _: Request<ProveConsistencyRequest>,
    ) -> Result<Response<ProveConsistencyResponse>, Status> {
        unused()
    }
}

fn unused<T>() -> Result<Response<T>, Status> {
    panic!("candidate-svc does not call this")
}
