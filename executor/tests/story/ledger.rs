//! A ledger service over a real log, which can be told to misbehave.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use countersign_api::ledger::v1::{
    AppendEntriesRequest, AppendEntriesResponse, AppendStreamRequest, AppendStreamResponse, GetCheckpointRequest,
    GetCheckpointResponse, GetEntryByKeyRequest, GetEntryByKeyResponse, GetEntryRequest, GetEntryResponse,
    ProveCheckpointRequest, ProveCheckpointResponse, ProveConsistencyRequest, ProveConsistencyResponse,
    ProveInclusionRequest, ProveInclusionResponse, ReadEntriesRequest, ReadEntriesResponse, SubscribeEntriesRequest,
    SubscribeEntriesResponse, ledger_service_server::LedgerService,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::log::Log;

/// How the ledger answers when it is asked for a proof of growth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// With the proof.
    #[default]
    Honest,
    /// With no hashes.
    NoProof,
    /// With hashes that are none.
    Garbage,
    /// That it does not know the newer size.
    OutOfRange,
    /// Not at all, so many times, then with the proof.
    Silent { times: usize },
    /// Not at all, for ever.
    Mute,
}

/// Clones share one ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub log: Log,
    manner: Arc<Mutex<Manner>>,
    unanswered: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Ledger {
    pub fn new(log: Log) -> Self {
        Self { log, manner: Arc::default(), unanswered: Arc::default(), answered: Arc::default() }
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().expect("no test panicked in here") = manner;
    }

    /// How often it was asked and said nothing.
    pub fn unanswered(&self) -> usize {
        self.unanswered.load(Ordering::Relaxed)
    }

    /// How often it gave an honest proof.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    fn not_now(&self) -> Status {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        Status::unavailable("not now")
    }

    fn manner(&self) -> Manner {
        *self.manner.lock().expect("no test panicked in here")
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl LedgerService for Ledger {
    type AppendStreamStream = BoxStream<'static, Result<AppendStreamResponse, Status>>;
    type ReadEntriesStream = BoxStream<'static, Result<ReadEntriesResponse, Status>>;
    type SubscribeEntriesStream = BoxStream<'static, Result<SubscribeEntriesResponse, Status>>;

    async fn prove_consistency(&self, request: Request<ProveConsistencyRequest>) -> Answer<ProveConsistencyResponse> {
        let request = request.into_inner();
        let hashes = match self.manner() {
            Manner::Honest => {
                self.answered.fetch_add(1, Ordering::Relaxed);
                self.log.prove_consistency(request.old_size.cast_unsigned(), request.new_size.cast_unsigned())
            }
            Manner::NoProof => Vec::new(),
            Manner::Garbage => vec![vec![1, 2, 3]],
            Manner::OutOfRange => return Err(Status::out_of_range("no such size")),
            Manner::Mute => return Err(self.not_now()),
            Manner::Silent { times } => {
                self.behave(if times > 1 { Manner::Silent { times: times - 1 } } else { Manner::Honest });
                return Err(self.not_now());
            }
        };
        Ok(Response::new(ProveConsistencyResponse { checkpoint: None, hashes }))
    }

    async fn append_entries(&self, _: Request<AppendEntriesRequest>) -> Answer<AppendEntriesResponse> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn append_stream(&self, _: Request<Streaming<AppendStreamRequest>>) -> Answer<Self::AppendStreamStream> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn get_entry(&self, _: Request<GetEntryRequest>) -> Answer<GetEntryResponse> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn get_entry_by_key(&self, _: Request<GetEntryByKeyRequest>) -> Answer<GetEntryByKeyResponse> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn read_entries(&self, _: Request<ReadEntriesRequest>) -> Answer<Self::ReadEntriesStream> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn subscribe_entries(&self, _: Request<SubscribeEntriesRequest>) -> Answer<Self::SubscribeEntriesStream> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn get_checkpoint(&self, _: Request<GetCheckpointRequest>) -> Answer<GetCheckpointResponse> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn prove_checkpoint(&self, _: Request<ProveCheckpointRequest>) -> Answer<ProveCheckpointResponse> {
        Err(Status::unimplemented("not in these stories"))
    }

    async fn prove_inclusion(&self, _: Request<ProveInclusionRequest>) -> Answer<ProveInclusionResponse> {
        Err(Status::unimplemented("not in these stories"))
    }
}
