//! The ledger without what makes it one: the other side of the measurement `tax`, and part of no product.
//!
//! It answers `AppendEntries` of the same service, through the same server with all its layers, from a process of its own. The
//! same group commit writes rows of the same columns and sizes by statements of the same shape. Nothing is hashed, no key is
//! looked up or indexed, there is no tree, no tile, no checkpoint, no fence: what is left is what it costs to keep bytes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use countersign_api::ledger::v1 as api;
use countersign_api::ledger::v1::ledger_service_server::{LedgerService, LedgerServiceServer};
use futures::stream::BoxStream;
use ledger_format::{Commitment, Leaf, PayloadDigest, PrincipalKind};
use serde_json::json;
use service_kit::access::{Access, Principal, Role, Scope, TokenStore};
use service_kit::clock::SystemClock;
use service_kit::database::SqliteDatabase;
use service_kit::group_commit::{CommitBatch, Limits, Pending, Writer, WriterFailed};
use service_kit::grpc::{Server, TRANSPORT_MAX_BYTES};
use service_kit::health::Health;
use service_kit::ids::{Ids, RandomIds};
use service_kit::metrics::Metrics;
use service_kit::shutdown::{DRAIN_MAX, Shutdown};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use tokio::net::TcpListener;
use tonic::{Request, Response, Status, Streaming};

const SCHEMA: &str = "CREATE TABLE entries (workspace TEXT NOT NULL, entry_index INTEGER NOT NULL, leaf_hash BLOB NOT NULL, \
                      salt BLOB NOT NULL, idempotency_key TEXT NOT NULL, leaf BLOB NOT NULL, content BLOB NOT NULL, \
                      PRIMARY KEY (workspace, entry_index)) STRICT";

/// Rows of one statement, largest first, as the ledger has them.
const RUNGS: [usize; 5] = [256, 64, 16, 4, 1];

/// Serves in a folder until told to end; says on stdout where, and under which token.
///
/// # Errors
/// When the folder or a port cannot be taken.
pub async fn serve(folder: &Path) -> anyhow::Result<()> {
    let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
    let ids: Arc<dyn Ids> = Arc::new(RandomIds);
    let sql = sqlx::SqlSafeStr::into_sql_str(SCHEMA);
    let schema = Migrator::with_migrations(vec![Migration::new(1, "rows".into(), MigrationType::Simple, sql, false)]);
    let database = SqliteDatabase::open(&folder.join("plain.db"), &schema).await?;
    let committer = Plain { database: database.clone(), sizes: BTreeMap::new(), ids: Arc::clone(&ids) };
    let writer = Writer::start("plain", Limits::default(), committer, &metrics, &shutdown);
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
    database.close().await;
    Ok(())
}

struct PlainRpc {
    writer: Writer<Batch, Vec<i64>>,
}

struct Batch {
    workspace: String,
    entries: Vec<api::NewEntry>,
}

struct Plain {
    database: SqliteDatabase,
    sizes: BTreeMap<String, i64>,
    ids: Arc<dyn Ids>,
}

struct Row {
    workspace: String,
    index: i64,
    salt: [u8; 32],
    leaf: Vec<u8>,
    entry: api::NewEntry,
}

impl CommitBatch for Plain {
    type Job = Batch;
    type Answer = Vec<i64>;

    async fn commit(&mut self, batch: Vec<Pending<Batch, Vec<i64>>>) -> Result<(), WriterFailed> {
        let (mut rows, mut answers) = (Vec::new(), Vec::new());
        for Pending { job: Batch { workspace, entries }, reply } in batch {
            let size = self.sizes.entry(workspace.clone()).or_default();
            let first = *size;
            for entry in entries {
                let leaf = unhashed_leaf(&workspace, &entry);
                rows.push(Row { workspace: workspace.clone(), index: *size, salt: self.ids.random_32(), leaf, entry });
                *size += 1;
            }
            answers.push((reply, (first..*size).collect()));
        }
        self.write(rows).await.map_err(|error| WriterFailed { reason: error.to_string() })?;
        for (reply, indices) in answers {
            reply.send(indices);
        }
        Ok(())
    }
}

impl Plain {
    async fn write(&self, mut rows: Vec<Row>) -> Result<(), sqlx::Error> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        while !rows.is_empty() {
            let rung = RUNGS.into_iter().find(|rung| *rung <= rows.len()).unwrap_or(1);
            let rest = rows.split_off(rung);
            insert(&mut transaction, rows).await?;
            rows = rest;
        }
        transaction.commit().await
    }
}

async fn insert(connection: &mut SqliteConnection, rows: Vec<Row>) -> Result<(), sqlx::Error> {
    const HEAD: &str = "INSERT INTO entries (workspace, entry_index, leaf_hash, salt, idempotency_key, leaf, content) ";
    let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(HEAD);
    insert.push_values(rows, |mut values, row| {
        values
            .push_bind(row.workspace)
            .push_bind(row.index)
            .push_bind([0_u8; 32].to_vec())
            .push_bind(row.salt.to_vec())
            .push_bind(row.entry.idempotency_key)
            .push_bind(row.leaf)
            .push_bind(row.entry.content);
    });
    insert.build().execute(connection).await.map(drop)
}

/// Encodes a leaf of the same size; its commitment is to nothing.
fn unhashed_leaf(workspace: &str, entry: &api::NewEntry) -> Vec<u8> {
    let leaf = Leaf {
        origin: &*format!("countersign.local/{workspace}"),
        kind: &*entry.kind,
        subject: &*entry.subject,
        subject_revision: entry.subject_revision.unsigned_abs(),
        principal_kind: PrincipalKind::Service,
        principal_reference: &*entry.principal_reference,
        appended_at_us: 0,
        idempotency_key: &*entry.idempotency_key,
        payload_digest: PayloadDigest::try_from(entry.payload_digest.as_slice()).ok(),
        commitment: Commitment::new([0; 32]),
    };
    leaf.encode().expect("the load's own entries make leaves")
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
}
