//! A server with a ledger that does what a test asks, and folders to export into.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use analytics::export::{
    Contents, Error, ExportKey, ExportRequest, Manifest, PartSize, VerifiedExport, export, verify,
};
use countersign_api::error::v1::ErrorReason;
use countersign_api::ledger::v1::ledger_service_server::{LedgerService, LedgerServiceServer};
use countersign_api::ledger::v1::{
    AppendEntriesRequest, AppendEntriesResponse, AppendStreamRequest, AppendStreamResponse, Checkpoint, Entry,
    GetCheckpointRequest, GetCheckpointResponse, GetEntryByKeyRequest, GetEntryByKeyResponse, GetEntryRequest,
    GetEntryResponse, ProveCheckpointRequest, ProveCheckpointResponse, ProveConsistencyRequest,
    ProveConsistencyResponse, ProveInclusionRequest, ProveInclusionResponse, ReadEntriesRequest, ReadEntriesResponse,
    SubscribeEntriesRequest, SubscribeEntriesResponse,
};
use futures::{Stream, StreamExt, stream};
use ledger_format::note::SignedNote;
use ledger_format::{Leaf, SigningKey};
use service_kit::access::{Access, Principal, Role, TokenStore};
use service_kit::clock::ManualClock;
use service_kit::grpc::{AuthorizedChannel, Server, with_token};
use service_kit::health::Health;
use service_kit::ids::SeededIds;
use service_kit::metrics::Metrics;
use service_kit::rejection::Rejection;
use service_kit::shutdown::Shutdown;
use tokio::sync::Notify;
use tonic::{Request, Response, Status, Streaming};

use super::log::{Log, ORIGIN};

/// How the ledger behaves, and what it was asked.
pub struct Behaviour {
    pub log: Log,
    /// The stream breaks after this many entries.
    pub break_after: Option<usize>,
    /// Entries of one answer: few, so that a stream has several.
    pub entries_per_answer: usize,
    /// First indices of the reads.
    pub reads: Vec<i64>,
    /// Keys looked up.
    pub lookups: Vec<String>,
}

#[derive(Clone)]
pub struct FakeLedger(Arc<Mutex<Behaviour>>, Arc<Notify>);

pub struct Bench {
    pub folder: tempfile::TempDir,
    pub ledger: FakeLedger,
    pub access: Arc<Access>,
    pub shutdown: Shutdown,
    pub metrics: Metrics,
    pub health: Health,
    /// Entries in a full part.
    pub part_entries: u64,
    channel: AuthorizedChannel,
}

impl Bench {
    pub async fn with(log: Log) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        let clock = Arc::new(ManualClock::default());
        let access = Arc::new(Access::new(store, clock, Arc::new(SeededIds::new(1))));
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        let behaviour =
            Behaviour { log, break_after: None, entries_per_answer: 3, reads: Vec::new(), lookups: Vec::new() };
        let ledger = FakeLedger(Arc::new(Mutex::new(behaviour)), Arc::default());
        let server = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown)
            .add_service(LedgerServiceServer::new(ledger.clone()))
            .build();
        let token = access.lend(principal("services/analytics", Role::Auditor));
        let channel = with_token(server.in_memory_channel(), &token);
        Self { folder, ledger, access, shutdown, metrics, health, part_entries: 8, channel }
    }

    pub fn channel(&self) -> AuthorizedChannel {
        self.channel.clone()
    }

    pub fn export_folder(&self) -> PathBuf {
        self.folder.path().join("export")
    }

    pub fn request(&self) -> ExportRequest {
        ExportRequest {
            workspace: "workspaces/demo".parse().expect("a workspace"),
            origin: ORIGIN.to_owned(),
            verifying_keys: self.ledger.behaviour().log.verifying_key().into(),
            export_key: ExportKey::new(&[3; 32]),
            folder: self.export_folder(),
            least_size: 0,
            part_size: PartSize::new(self.part_entries).expect("a size"),
            contents: Contents::Included,
        }
    }

    pub async fn export(&self) -> Result<Manifest, Error> {
        export(self.channel(), &self.request(), |_| {}).await
    }

    pub fn verify(&self) -> Result<VerifiedExport, Error> {
        verify(&self.export_folder(), &self.ledger.behaviour().log.verifying_key(), |_| {})
    }

    /// Exports and verifies what must be fine.
    pub async fn verified(&self) -> VerifiedExport {
        self.export().await.expect("exported");
        self.verify().expect("verified")
    }
}

/// Rewrites the manifest in canonical form and signs it with a key of one's own, as somebody would who knows how.
pub fn forge(folder: &Path, change: impl FnOnce(&mut Manifest)) {
    let forger = SigningKey::from_seed("countersign-export", &[66; 32]).expect("a key");
    let mut manifest = Manifest::read(folder).expect("a manifest");
    manifest.exporter = forger.verifying_key().to_string();
    change(&mut manifest);
    let text = format!("countersign/export-manifest/v1\n{}\n", manifest.sha256());
    let note = SignedNote::sign(&text, &forger).expect("signed");
    fs::write(folder.join("manifest.json"), manifest.to_json()).expect("written");
    fs::write(folder.join("manifest.sig"), note.as_str()).expect("written");
}

/// Exports and verifies a log, and gives the bench along, which owns the folder.
pub async fn verified(log: Log) -> (Bench, VerifiedExport) {
    let bench = Bench::with(log).await;
    let export = bench.verified().await;
    (bench, export)
}

/// The same in one part, for stories of thousands of entries.
pub async fn verified_whole(log: Log) -> (Bench, VerifiedExport) {
    let mut bench = Bench::with(log).await;
    bench.part_entries = WHOLE;
    bench.ledger.behaviour().entries_per_answer = 500;
    let export = bench.verified().await;
    (bench, export)
}

/// Entries of a part that holds any story.
const WHOLE: u64 = 65_536;

pub fn principal(id: &str, role: Role) -> Principal {
    let scope = "workspaces/demo".parse().expect("a scope");
    Principal::new(id.parse().expect("an id"), scope, [role]).expect("a principal")
}

impl FakeLedger {
    pub fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.0.lock().expect("no test panics while it holds this")
    }

    /// Has the log grow; whoever waits for a checkpoint over more gets it.
    pub fn grow(&self, log: Log) {
        self.behaviour().log = log;
        self.1.notify_waiters();
    }
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn not_here<T>(rpc: &str) -> Result<T, Status> {
    Err(Rejection::new(ErrorReason::Internal, format!("no export calls `{rpc}`")).into())
}

#[tonic::async_trait]
impl LedgerService for FakeLedger {
    type AppendStreamStream = Outgoing<AppendStreamResponse>;
    type ReadEntriesStream = Outgoing<ReadEntriesResponse>;
    type SubscribeEntriesStream = Outgoing<SubscribeEntriesResponse>;

    async fn get_checkpoint(
        &self,
        request: Request<GetCheckpointRequest>,
    ) -> Result<Response<GetCheckpointResponse>, Status> {
        let least_size = request.into_inner().least_size;
        loop {
            // Made before the size is looked at, so that no growth between the two is missed.
            let grown = self.1.notified();
            if i64::try_from(self.behaviour().log.entries.len()).expect("few entries") >= least_size {
                break;
            }
            grown.await;
        }
        let behaviour = self.behaviour();
        let checkpoint = Checkpoint { signed_note: behaviour.log.signed_note(), ..Default::default() };
        Ok(Response::new(GetCheckpointResponse { checkpoint: Some(checkpoint), ..GetCheckpointResponse::default() }))
    }

    async fn read_entries(
        &self,
        request: Request<ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        let request = request.into_inner();
        let mut behaviour = self.behaviour();
        behaviour.reads.push(request.start_index);
        let start = usize::try_from(request.start_index).expect("not negative");
        let limit = usize::try_from(request.limit).expect("not negative");
        let mut entries: Vec<Entry> = behaviour.log.entries.iter().skip(start).take(limit).cloned().collect();
        if !request.include_sealed {
            for entry in &mut entries {
                entry.sealed.clear();
            }
        }
        let kept = behaviour.break_after.unwrap_or(entries.len()).min(entries.len());
        let mut answers: Vec<Result<ReadEntriesResponse, Status>> = entries[..kept]
            .chunks(behaviour.entries_per_answer)
            .map(|entries| Ok(ReadEntriesResponse { entries: entries.to_vec(), ..ReadEntriesResponse::default() }))
            .collect();
        if kept < entries.len() {
            answers.push(Err(Rejection::new(ErrorReason::ShuttingDown, "the server is draining").into()));
        }
        Ok(Response::new(stream::iter(answers).boxed()))
    }

    async fn get_entry_by_key(
        &self,
        request: Request<GetEntryByKeyRequest>,
    ) -> Result<Response<GetEntryByKeyResponse>, Status> {
        let key = request.into_inner().idempotency_key;
        let mut behaviour = self.behaviour();
        behaviour.lookups.push(key.clone());
        let has_key = |entry: &&Entry| Leaf::decode(&entry.leaf).expect("a leaf").idempotency_key == key;
        match behaviour.log.entries.iter().find(has_key) {
            Some(entry) => Ok(Response::new(GetEntryByKeyResponse { entry: Some(entry.clone()) })),
            None => Err(Rejection::new(ErrorReason::ResourceNotFound, format!("no entry has the key `{key}`")).into()),
        }
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
        request: Request<ProveConsistencyRequest>,
    ) -> Result<Response<ProveConsistencyResponse>, Status> {
        let request = request.into_inner();
        let size = |size| usize::try_from(size).expect("not negative");
        let hashes = self.behaviour().log.prove_growth(size(request.old_size), size(request.new_size));
        Ok(Response::new(ProveConsistencyResponse { checkpoint: None, hashes }))
    }
}
