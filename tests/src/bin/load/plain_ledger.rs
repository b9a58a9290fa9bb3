//! The ledger without what makes it one: the other side of the measurement `tax`, and part of no product.
//!
//! It answers `AppendEntries` of the same service, through the same server with all its layers, from a process of its own. The
//! same group commit writes rows of the same columns and sizes by statements of the same shape. Nothing is hashed, no key is
//! looked up or indexed, there is no tree, no tile, no checkpoint, no fence: what is left is what it costs to keep bytes, in clear or
//! sealed under keys that are kept apart.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use countersign_api::ledger::v1 as api;
use countersign_api::ledger::v1::ledger_service_server::{LedgerService, LedgerServiceServer};
use futures::stream::BoxStream;
use serde_json::json;
use service_kit::access::{Access, Principal, Role, Scope, TokenStore};
use service_kit::clock::SystemClock;
use service_kit::group_commit::{Limits, Writer};
use service_kit::grpc::{Server, TRANSPORT_MAX_BYTES};
use service_kit::health::Health;
use service_kit::ids::{Ids, RandomIds};
use service_kit::metrics::Metrics;
use service_kit::shutdown::{DRAIN_MAX, Shutdown};
use tokio::net::TcpListener;
use tonic::{Request, Response, Status, Streaming};

use crate::plain_keys::KeysAhead;
use crate::plain_rows::{Batch, Plain, PlainTables};

/// How the plain writer is started, by the measurement alone.
#[derive(Debug, Clone, Default, Parser)]
pub struct PlainArguments {
    /// Serves the ledger without its integrity in this folder: the other side of the measurement `tax`
    #[arg(long = "plain-ledger", value_name = "FOLDER", hide = true)]
    pub folder: Option<PathBuf>,
    /// Seals contents under keys that are kept apart
    #[arg(long = "plain-seals", hide = true)]
    pub seals: bool,
    /// `PostgreSQL` databases for its entries and for its keys
    #[arg(long = "plain-databases", value_names = ["ENTRIES", "KEYS"], num_args = 2, hide = true)]
    pub databases: Vec<String>,
}

impl PlainArguments {
    /// Serves until told to end; says on stdout where, and under which token.
    ///
    /// # Errors
    /// When the folder, a database or a port cannot be taken.
    pub async fn serve(&self, folder: &std::path::Path) -> anyhow::Result<()> {
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        let ids: Arc<dyn Ids> = Arc::new(RandomIds);
        let tables = PlainTables::open(folder, self.databases.first().map(String::as_str), self.seals).await?;
        let keys = if self.seals {
            let database = self.databases.get(1).map(String::as_str);
            Some(KeysAhead::draw(folder, database, Arc::clone(&ids), &shutdown).await?)
        } else {
            None
        };
        let writer =
            Writer::start("plain", Limits::default(), Plain::new(tables, keys, Arc::clone(&ids)), &metrics, &shutdown);
        let tokens = TokenStore::open(&folder.join("tokens.db")).await?;
        let access = Arc::new(Access::new(tokens, Arc::new(SystemClock), ids));
        let relay = Principal::new("services/relay".parse()?, Scope::All, [Role::Relay])?;
        let token = access.lend(relay).reveal();
        let service = LedgerServiceServer::new(PlainRpc { writer }).max_decoding_message_size(TRANSPORT_MAX_BYTES);
        let server = Server::builder(access, &metrics, &health, &shutdown).add_service(service).build();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", json!({ "listening": listener.local_addr()?.to_string(), "token": token }));
        server.serve(listener);
        shutdown.begin_on_signals()?;
        shutdown.draining().await;
        drop(server);
        shutdown.drain(DRAIN_MAX).await?;
        Ok(())
    }
}

struct PlainRpc {
    writer: Writer<Batch, Vec<i64>>,
}

/// What nobody asks for here.
fn left_out<T>() -> Result<T, Status> {
    Err(Status::unimplemented("only appends are measured"))
}

#[tonic::async_trait]
impl LedgerService for PlainRpc {
    type AppendStreamStream = BoxStream<'static, Result<api::AppendStreamResponse, Status>>;
    type ReadEntriesStream = BoxStream<'static, Result<api::ReadEntriesResponse, Status>>;
    type SubscribeEntriesStream = BoxStream<'static, Result<api::SubscribeEntriesResponse, Status>>;

    async fn append_entries(
        &self,
        request: Request<api::AppendEntriesRequest>,
    ) -> Result<Response<api::AppendEntriesResponse>, Status> {
        let api::AppendEntriesRequest { parent, entries } = request.into_inner();
        let indices = self.writer.submit(Batch { workspace: parent, entries }).await;
        let indices = indices.map_err(|error| Status::unavailable(error.to_string()))?;
        let receipt = |index| api::Receipt { index, leaf_hash: vec![0; 32], replayed: false };
        Ok(Response::new(api::AppendEntriesResponse { receipts: indices.into_iter().map(receipt).collect() }))
    }

    async fn append_stream(
        &self,
        _: Request<Streaming<api::AppendStreamRequest>>,
    ) -> Result<Response<Self::AppendStreamStream>, Status> {
        left_out()
    }

    async fn get_entry(&self, _: Request<api::GetEntryRequest>) -> Result<Response<api::GetEntryResponse>, Status> {
        left_out()
    }

    async fn get_entry_by_key(
        &self,
        _: Request<api::GetEntryByKeyRequest>,
    ) -> Result<Response<api::GetEntryByKeyResponse>, Status> {
        left_out()
    }

    async fn read_entries(
        &self,
        _: Request<api::ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        left_out()
    }

    async fn subscribe_entries(
        &self,
        _: Request<api::SubscribeEntriesRequest>,
    ) -> Result<Response<Self::SubscribeEntriesStream>, Status> {
        left_out()
    }

    async fn get_checkpoint(
        &self,
        _: Request<api::GetCheckpointRequest>,
    ) -> Result<Response<api::GetCheckpointResponse>, Status> {
        left_out()
    }

    async fn prove_inclusion(
        &self,
        _: Request<api::ProveInclusionRequest>,
    ) -> Result<Response<api::ProveInclusionResponse>, Status> {
        left_out()
    }

    async fn prove_consistency(
        &self,
        _: Request<api::ProveConsistencyRequest>,
    ) -> Result<Response<api::ProveConsistencyResponse>, Status> {
        left_out()
    }

    async fn prove_checkpoint(
        &self,
        _: Request<api::ProveCheckpointRequest>,
    ) -> Result<Response<api::ProveCheckpointResponse>, Status> {
        left_out()
    }
}
