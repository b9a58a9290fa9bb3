//! The ledger that a measured export asks: entries made on the way, over gRPC on loopback.

use std::pin::Pin;
use std::sync::Arc;

use countersign_api::error::v1::ErrorReason;
use countersign_api::ledger::v1::ledger_service_server::{LedgerService, LedgerServiceServer};
use countersign_api::ledger::v1::{
    AppendEntriesRequest, AppendEntriesResponse, AppendStreamRequest, AppendStreamResponse, Checkpoint,
    GetCheckpointRequest, GetCheckpointResponse, GetEntryByKeyRequest, GetEntryByKeyResponse, GetEntryRequest,
    GetEntryResponse, ProveCheckpointRequest, ProveCheckpointResponse, ProveConsistencyRequest,
    ProveConsistencyResponse, ProveInclusionRequest, ProveInclusionResponse, ReadEntriesRequest, ReadEntriesResponse,
    SubscribeEntriesRequest, SubscribeEntriesResponse,
};
use futures::{Stream, StreamExt, stream};
use service_kit::access::{Access, Principal, Role, TokenStore};
use service_kit::clock::ManualClock;
use service_kit::grpc::Server;
use service_kit::health::Health;
use service_kit::ids::SeededIds;
use service_kit::metrics::Metrics;
use service_kit::rejection::Rejection;
use service_kit::shutdown::Shutdown;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::{Request, Response, Status, Streaming};

use super::generated;

/// Entries of one answer, as the ledger chunks them.
const ENTRIES_PER_ANSWER: u64 = 1_000;

/// Serves until it is killed; says address and token once it listens.
pub fn serve(size: u64) {
    let ledger = Generated { size, signed_note: generated::checkpoint(size).into() };
    Runtime::new().expect("a runtime").block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        let access = Arc::new(Access::new(store, Arc::new(ManualClock::default()), Arc::new(SeededIds::new(1))));
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        let builder = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown);
        let server = builder.add_service(LedgerServiceServer::new(ledger)).build();
        let scope = "workspaces/demo".parse().expect("a scope");
        let auditor = Principal::new("services/auditor".parse().expect("an id"), scope, [Role::Auditor]);
        let token = access.lend(auditor.expect("a principal"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{} {}", listener.local_addr().expect("bound"), token.reveal());
        server.serve(listener).await.expect("killed before it ends");
    });
}

#[derive(Clone)]
struct Generated {
    size: u64,
    signed_note: Arc<str>,
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn not_here<T>(rpc: &str) -> Result<T, Status> {
    Err(Rejection::new(ErrorReason::Internal, format!("no export calls `{rpc}`")).into())
}

#[tonic::async_trait]
impl LedgerService for Generated {
    type AppendStreamStream = Outgoing<AppendStreamResponse>;
    type ReadEntriesStream = Outgoing<ReadEntriesResponse>;
    type SubscribeEntriesStream = Outgoing<SubscribeEntriesResponse>;

    async fn get_checkpoint(
        &self,
        _: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        let checkpoint = Checkpoint { signed_note: self.signed_note.to_string(), ..Default::default() };
        Ok(Response::new(GetCheckpointResponse { checkpoint: Some(checkpoint), ..Default::default() }))
    }

    async fn read_entries(
        &self,
        request: Request<ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        let ReadEntriesRequest { start_index, include_sealed, .. } = request.into_inner();
        let (start, size) = (u64::try_from(start_index).expect("not negative"), self.size);
        let answers = (start..size).step_by(usize::try_from(ENTRIES_PER_ANSWER).expect("small")).map(move |start| {
            let mut entries = generated::entries(start, size.min(start + ENTRIES_PER_ANSWER));
            if !include_sealed {
                for entry in &mut entries {
                    entry.sealed.clear();
                }
            }
            Ok(ReadEntriesResponse { entries, ..ReadEntriesResponse::default() })
        });
        Ok(Response::new(stream::iter(answers).boxed()))
    }

    async fn get_entry_by_key(
        &self,
        _: Request<GetEntryByKeyRequest>,
    ) -> Result<Response<GetEntryByKeyResponse>, Status> {
        not_here("GetEntryByKey")
    }

    async fn append_entries(
        &self,
        _: Request<AppendEntriesRequest>,
    ) -> Result<Response<AppendEntriesResponse>, Status> {
        not_here("AppendEntries")
    }

    async fn append_stream(
        &self,
        _: Request<Streaming<AppendStreamRequest>>,
    ) -> Result<Response<Self::AppendStreamStream>, Status> {
        not_here("AppendStream")
    }

    async fn get_entry(&self, _: Request<GetEntryRequest>) -> Result<Response<GetEntryResponse>, Status> {
        not_here("GetEntry")
    }

    async fn subscribe_entries(
        &self,
        _: Request<SubscribeEntriesRequest>,
    ) -> Result<Response<Self::SubscribeEntriesStream>, Status> {
        not_here("SubscribeEntries")
    }

    async fn prove_inclusion(
        &self,
        _: Request<ProveInclusionRequest>,
    ) -> Result<Response<ProveInclusionResponse>, Status> {
        not_here("ProveInclusion")
    }

    async fn prove_checkpoint(
        &self,
        _: Request<ProveCheckpointRequest>,
    ) -> Result<Response<ProveCheckpointResponse>, Status> {
        not_here("ProveCheckpoint")
    }

    async fn prove_consistency(
        &self,
        _: Request<ProveConsistencyRequest>,
    ) -> Result<Response<ProveConsistencyResponse>, Status> {
        not_here("ProveConsistency")
    }
}
