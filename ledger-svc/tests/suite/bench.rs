//! A ledger in a folder or in databases of its own, served in memory through all layers, and the callers it needs.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use countersign_api::{
    ledger::v1::{
        AppendEntriesRequest, Checkpoint, Entry, GetCheckpointRequest, GetCheckpointResponse, NewEntry,
        ProveCheckpointRequest, ProveCheckpointResponse, ReadEntriesRequest, Receipt,
        erasure_service_client::ErasureServiceClient, ledger_service_client::LedgerServiceClient,
    },
    name::Workspace,
    r#type::v1::PrincipalKind,
};
use ledger_format::{PinnedKeys, SigningKey, VerifyingKey};
use ledger_svc::{
    App, BuildError, Environment, LedgerConfig, QueueLimits,
    audit::{self, LogVerified},
    custody::Unwatched,
    store::LedgerPlace,
};
use service_kit::{
    access::{Access, Principal, Pseudonyms, Role, Scope, TokenStore},
    clock::{Clock, ManualClock},
    database::PostgresUrl,
    grpc::{AuthorizedChannel, Server, TRANSPORT_MAX_BYTES, with_token},
    health::Health,
    ids::{Ids, RandomIds, SeededIds},
    metrics::Metrics,
    shutdown::{DRAIN_MAX, Shutdown},
};
use sqlx::{ConnectOptions, Connection, PgConnection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use throwaway_postgres::Database;
use tonic::Status;

pub const ORIGIN_PREFIX: &str = "countersign.local";
pub const PARENT: &str = "workspaces/demo";

pub type Client = LedgerServiceClient<AuthorizedChannel>;

/// Runs each story on files and on databases.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::bench::Files::new()).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story(crate::bench::Files::on_postgres()).await;
            })*
        }
    };
}
pub(crate) use on_both;

/// What a ledger keeps; it outlives the processes that serve it.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    /// The databases that hold the ledger, where no files do.
    databases: Option<Databases>,
    /// Those of another process, which owns them.
    borrowed: Option<[String; 2]>,
    /// Removes the folder in the end, where it was made here.
    _made: Option<tempfile::TempDir>,
}

/// Where a ledger and its content keys are that several processes share.
#[derive(Debug)]
struct Databases {
    ledger: Database,
    content_keys: Database,
}

/// A ledger at work.
pub struct Bench {
    pub app: App,
    pub relay: Client,
    pub clock: ManualClock,
    pub metrics: Metrics,
    pub health: Health,
    pub shutdown: Shutdown,
    server: Server,
    access: Arc<Access>,
}

impl Files {
    pub fn new() -> Self {
        let made = tempfile::tempdir().expect("a folder");
        Self { folder: made.path().to_owned(), databases: None, borrowed: None, _made: Some(made) }
    }

    /// A ledger in databases of its own, with its fence in a file.
    pub fn on_postgres() -> Self {
        let databases = Databases { ledger: Database::new(), content_keys: Database::on_second_server() };
        Self { databases: Some(databases), ..Self::new() }
    }

    /// A connection to the ledger's database, as somebody with its owner's rights has.
    pub async fn connection(&self) -> PgConnection {
        let mut connection = PgConnection::connect(self.database().url()).await.expect("it connects");
        sqlx::raw_sql("SET search_path = countersign_ledger").execute(&mut connection).await.expect("set");
        connection
    }

    /// What another process on another machine keeps for itself, beside the databases that both share.
    pub fn of_another_machine(&self, name: &str) -> LedgerConfig {
        LedgerConfig { fence_path: self.path(&format!("{name}-fence.db")), ..self.config() }
    }

    /// The database that holds the ledger.
    pub fn database(&self) -> &Database {
        &self.databases.as_ref().expect("it is on PostgreSQL").ledger
    }

    /// The database that holds the content keys.
    pub fn key_database(&self) -> &Database {
        &self.databases.as_ref().expect("it is on PostgreSQL").content_keys
    }

    /// What is in somebody else's folder, and in their databases, where the ledger is in databases.
    pub fn of_another_process(folder: PathBuf, borrowed: Option<[String; 2]>) -> Self {
        Self { folder, databases: None, borrowed, _made: None }
    }

    /// The URLs of ledger and content keys, where they are in databases.
    pub fn urls(&self) -> Option<[&str; 2]> {
        let own = self.databases.as_ref().map(|own| [own.ledger.url(), own.content_keys.url()]);
        own.or_else(|| self.borrowed.as_ref().map(|urls| urls.each_ref().map(String::as_str)))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn ledger(&self) -> PathBuf {
        self.path("ledger.db")
    }

    pub fn fence(&self) -> PathBuf {
        self.path("fence.db")
    }

    pub fn content_keys(&self) -> PathBuf {
        self.path("content-keys.db")
    }

    pub fn place(&self) -> LedgerPlace {
        match self.urls() {
            Some([ledger, content_keys]) => databases(ledger, content_keys),
            None => LedgerPlace::Files { ledger: self.ledger(), content_keys: self.content_keys() },
        }
    }

    pub fn config(&self) -> LedgerConfig {
        LedgerConfig {
            place: self.place(),
            fence_path: self.fence(),
            signer: signing_key().into(),
            origin_prefix: ORIGIN_PREFIX.to_owned(),
            witnesses: None,
            queue: QueueLimits::default(),
            pseudonyms: Pseudonyms::open(&self.path("pseudonym.key"), &RandomIds).expect("a key"),
            erasure_steps: Arc::new(Unwatched),
        }
    }

    pub async fn serve(&self) -> Bench {
        self.serve_with(self.config()).await
    }

    pub async fn serve_with(&self, config: LedgerConfig) -> Bench {
        let bench = self.serve_unsigned(config).await;
        bench.app.spawn(&bench.shutdown);
        bench
    }

    /// Serves with the log of logs and its witnesses.
    pub async fn serve_covering(&self, config: LedgerConfig) -> Bench {
        let bench = self.serve_with(config).await;
        bench.app.spawn_covering(&bench.shutdown);
        bench
    }

    /// Serves without the publisher: entries are committed and nothing is signed, as in the moment before a crash.
    pub async fn serve_unsigned(&self, config: LedgerConfig) -> Bench {
        let clock = ManualClock::new("2026-11-22T10:00:00Z".parse().expect("a time"));
        let metrics = Metrics::new();
        let health = Health::new();
        let shutdown = Shutdown::new();
        let shared_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let ids: Arc<dyn Ids> = Arc::new(RandomIds);
        let environment = Environment {
            clock: Arc::clone(&shared_clock),
            ids: Arc::clone(&ids),
            metrics: metrics.clone(),
            health: health.clone(),
            shutdown: shutdown.clone(),
        };
        let app = Box::pin(config.build(&environment)).await.expect("it builds");

        let tokens = TokenStore::open(&self.path("tokens.db")).await.expect("it opens");
        let access = Arc::new(Access::new(tokens, shared_clock, ids));
        let server = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown)
            .add_service(app.service())
            .add_service(app.erasure_service())
            .build();
        let relay = client(&server, &access, "services/relay", Scope::All, Role::Relay);
        Bench { app, relay, clock, metrics, health, shutdown, server, access }
    }

    /// Runs a statement on one of the files, as somebody with access to the disk could.
    pub async fn meddle(&self, file: &Path, sql: &'static str) {
        let mut connection = SqliteConnectOptions::new().filename(file).connect().await.expect("it opens");
        let lifted = Lifted::lift(&mut connection).await;
        sqlx::raw_sql(sql).execute(&mut connection).await.expect(sql);
        lifted.put_back(&mut connection).await;
        connection.close().await.expect("it closes");
    }

    /// Verifies both files offline.
    pub async fn verify(&self) -> Result<Vec<LogVerified>, audit::Error> {
        self.verify_under(&verifying_key()).await
    }

    /// Verifies as an auditor does who pinned these keys.
    pub async fn verify_under(&self, keys: &impl PinnedKeys) -> Result<Vec<LogVerified>, audit::Error> {
        audit::verify(&self.place(), &self.fence(), keys, ORIGIN_PREFIX, |_| {}).await
    }

    /// Verifies the ledger offline against what one of its signers remembers.
    pub async fn verify_against(&self, fence: &Path) -> Result<Vec<LogVerified>, audit::Error> {
        audit::verify(&self.place(), fence, &verifying_key(), ORIGIN_PREFIX, |_| {}).await
    }
}

/// A ledger and its content keys in two databases.
pub fn databases(ledger: &str, content_keys: &str) -> LedgerPlace {
    let url = |url: &str| PostgresUrl::parse(url).expect("a URL");
    LedgerPlace::Databases { ledger: url(ledger), content_keys: url(content_keys) }
}

/// The ledger's triggers, taken away by somebody who is about to write past them.
#[derive(Default)]
pub struct Lifted(Vec<(String, String)>);

impl Lifted {
    pub async fn lift(connection: &mut SqliteConnection) -> Self {
        let query = "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '%\\_are\\_never\\_%' ESCAPE '\\'";
        let rows = sqlx::query(query).fetch_all(&mut *connection).await.expect("the schema is readable");
        let mut lifted = Vec::with_capacity(rows.len());
        for row in rows {
            let (table, name, sql): (String, String, String) = (row.get(0), row.get(1), row.get(2));
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!("DROP TRIGGER {name}")))
                .execute(&mut *connection)
                .await
                .expect("lifted");
            lifted.push((table, sql));
        }
        Self(lifted)
    }

    /// Puts them back on the tables that are still there, so that nothing shows.
    pub async fn put_back(self, connection: &mut SqliteConnection) {
        for (table, sql) in self.0 {
            let query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
            let tables: i64 = sqlx::query_scalar(query).bind(table).fetch_one(&mut *connection).await.expect("a count");
            if tables == 1 {
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *connection).await.expect("put back");
            }
        }
    }
}

impl Bench {
    /// Whoever answers for personal data, or something else that calls the service of erasures.
    pub fn eraser(&self, principal: &str, role: Role) -> ErasureServiceClient<AuthorizedChannel> {
        ErasureServiceClient::new(channel(&self.server, &self.access, principal, Scope::All, role))
    }

    pub fn client(&self, principal: &str, scope: Scope, role: Role) -> Client {
        client(&self.server, &self.access, principal, scope, role)
    }

    pub async fn append(&self, entries: Vec<NewEntry>) -> Result<Vec<Receipt>, Status> {
        append(&mut self.relay.clone(), entries).await
    }

    /// Appends entries `from` up to, not including, `to`, in commits of `batch`, each with a checkpoint of its own.
    pub async fn fill(&self, from: u64, to: u64, batch: usize) -> Checkpoint {
        let entries: Vec<NewEntry> = (from..to).map(|number| entry(&format!("k/{number}"), &content(number))).collect();
        let mut checkpoint = Checkpoint::default();
        for batch in entries.chunks(batch) {
            self.clock.advance(Duration::from_millis(7));
            let receipts = self.append(batch.to_vec()).await.expect("appended");
            checkpoint = self.checkpoint(receipts.last().expect("one each").index + 1).await;
        }
        checkpoint
    }

    pub async fn checkpoint(&self, least_size: i64) -> Checkpoint {
        let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size };
        let response = self.relay.clone().get_checkpoint(request).await.expect("a checkpoint").into_inner();
        response.checkpoint.expect("it is set")
    }

    /// Reads the log of logs' checkpoint, with how far its witnesses are.
    pub async fn log_of_logs(&self, least_size: i64) -> GetCheckpointResponse {
        let request = GetCheckpointRequest { parent: "logs".to_owned(), least_size };
        self.relay.clone().get_checkpoint(request).await.expect("a checkpoint").into_inner()
    }

    /// Waits until a checkpoint of this size is in the log of logs.
    pub async fn covered(&self, parent: &str, least_size: i64) -> ProveCheckpointResponse {
        let request = ProveCheckpointRequest { parent: parent.to_owned(), least_size };
        self.relay.clone().prove_checkpoint(request).await.expect("covered").into_inner()
    }

    /// Ends the process as SIGTERM does.
    pub async fn drain(self) {
        let Self { app, shutdown, relay, server, access, .. } = self;
        drop((relay, server, access));
        shutdown.drain(DRAIN_MAX).await.expect("every task ends");
        app.close().await;
    }
}

/// Copies a file as it stands on disk; of use while nothing serves it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("copied");
}

/// Builds a ledger that is not expected to serve.
pub async fn build(config: LedgerConfig) -> Result<App, BuildError> {
    let environment = Environment {
        clock: Arc::new(ManualClock::default()),
        ids: Arc::new(RandomIds),
        metrics: Metrics::new(),
        health: Health::new(),
        shutdown: Shutdown::new(),
    };
    Box::pin(config.build(&environment)).await
}

fn client(server: &Server, access: &Access, principal: &str, scope: Scope, role: Role) -> Client {
    let channel = channel(server, access, principal, scope, role);
    LedgerServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES)
}

fn channel(server: &Server, access: &Access, principal: &str, scope: Scope, role: Role) -> AuthorizedChannel {
    let principal = Principal::new(principal.parse().expect("an id"), scope, [role]).expect("a principal");
    with_token(server.in_memory_channel(), &access.lend(principal))
}

pub async fn append(client: &mut Client, entries: Vec<NewEntry>) -> Result<Vec<Receipt>, Status> {
    let request = AppendEntriesRequest { parent: PARENT.to_owned(), entries };
    client.append_entries(request).await.map(|response| response.into_inner().receipts)
}

pub async fn read_all(client: &mut Client) -> Vec<Entry> {
    let request = ReadEntriesRequest { parent: PARENT.to_owned(), ..ReadEntriesRequest::default() };
    let mut stream = client.read_entries(request).await.expect("a stream").into_inner();
    let mut entries = Vec::new();
    while let Some(chunk) = stream.message().await.expect("a chunk") {
        entries.extend(chunk.entries);
    }
    entries
}

pub fn signing_key() -> SigningKey {
    SigningKey::from_seed(ORIGIN_PREFIX, &SeededIds::new(42).random_32()).expect("a key")
}

pub fn verifying_key() -> VerifyingKey {
    signing_key().verifying_key().clone()
}

pub fn workspace() -> Workspace {
    Workspace::new("demo").expect("an id")
}

pub fn origin() -> String {
    format!("{ORIGIN_PREFIX}/{PARENT}")
}

pub fn entry(key: &str, content: &str) -> NewEntry {
    NewEntry {
        idempotency_key: key.to_owned(),
        kind: "candidate_proposed".to_owned(),
        subject: "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".to_owned(),
        subject_revision: 1,
        principal_kind: PrincipalKind::Generator.into(),
        principal_reference: "pseudonym-1".to_owned(),
        payload_digest: vec![7; 32],
        content: content.as_bytes().to_vec(),
    }
}

/// A content of some length that differs from entry to entry.
pub fn content(number: u64) -> String {
    format!("entry {number} says {}", "something ".repeat(usize::try_from(number % 7).expect("small") + 1))
}

/// The reason of a refusal.
pub fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    status.get_details_error_info().expect("an ErrorInfo").reason
}
