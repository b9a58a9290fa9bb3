//! A store on a folder of its own, without anything that works in the background.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use countersign_api::name::CandidateName;
use service_kit::{
    access::{AccessPolicy, Pseudonyms},
    clock::ManualClock,
    database::PostgresUrl,
    health::Health,
    ids::SeededIds,
    metrics::Metrics,
    shutdown::Shutdown,
};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    audit_sample::AuditSample,
    catalogue::Catalogue,
    domain::{Actor, Candidate, Command, Propose},
    ownership::Owners,
    policy::{Approvers, Policy},
    store::{
        Ask, Changed, CommandJob, Judge, OpenError, ProposeJob, RequestHash, Shared, Store, Surroundings, WriteError,
    },
    tests::support::{FakeLedger, Home},
};

/// What stores beside each other share.
struct Site {
    folder: tempfile::TempDir,
    home: Home,
    starts: AtomicU64,
}

pub(super) struct Shelf {
    site: Arc<Site>,
    policy: Policy,
    pub(super) clock: ManualClock,
    pub(super) health: Health,
    pub(super) store: Store,
    _shutdown: Shutdown,
}

impl Shelf {
    pub(super) async fn open() -> Self {
        Self::open_under(Policy::built_in()).await
    }

    pub(super) async fn open_under(policy: Policy) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = Site { folder, home: Home::new(), starts: AtomicU64::new(0) };
        let clock = ManualClock::new("2026-11-22T09:00:00Z".parse().expect("a time"));
        Self::start(Arc::new(site), policy, clock).await
    }

    /// Opens another store on the same database and clock, as another process would.
    pub(super) async fn beside(&self) -> Self {
        Self::start(Arc::clone(&self.site), self.policy.clone(), self.clock.clone()).await
    }

    /// Tries to open another store beside, of a process that has something else in the place of what all have in common; returns why it
    /// was refused.
    pub(super) async fn beside_with(&self, change: impl FnOnce(&mut Shared)) -> Option<OpenError> {
        let mut shared = shared();
        change(&mut shared);
        let (site, policy, clock) = (Arc::clone(&self.site), self.policy.clone(), self.clock.clone());
        Self::try_start(site, policy, clock, shared).await.err()
    }

    async fn start(site: Arc<Site>, policy: Policy, clock: ManualClock) -> Self {
        Self::try_start(site, policy, clock, shared()).await.expect("it opens")
    }

    async fn try_start(site: Arc<Site>, policy: Policy, clock: ManualClock, shared: Shared) -> Result<Self, OpenError> {
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        let judge = Judge { first_policy: Ok(policy.clone()), ..judge(site.folder.path()) };
        let surroundings = Surroundings {
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SeededIds::new(site.starts.fetch_add(1, Ordering::Relaxed) + 1)),
            metrics: &metrics,
            health: health.clone(),
            shutdown: &shutdown,
            shared,
        };
        let store = Store::open(&site.home.location(site.folder.path()), judge, surroundings).await?;
        Ok(Self { site, policy, clock, health, store, _shutdown: shutdown })
    }

    /// Runs SQL past the store, as somebody else would on the server, and returns what it printed or why it was refused.
    pub(super) async fn on_server(&self, sql: &str) -> Result<String, String> {
        let Home::Postgres(database) = &self.site.home else { panic!("this story is told on PostgreSQL") };
        let url: PostgresUrl = PostgresUrl::parse(database.url()).expect("a URL");
        let mut connection = url.connect_to_read("countersign_candidates").await.expect("it connects");
        sqlx::raw_sql("SET default_transaction_read_only = off").execute(&mut connection).await.expect("set");
        let rows = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
        let rows = rows.map_err(|error| error.to_string())?;
        Ok(rows
            .iter()
            .map(|row| row.try_get::<i64, _>(0).map_or_else(|_| "?".to_owned(), |n| n.to_string()))
            .collect::<Vec<_>>()
            .join(","))
    }

    pub(super) fn file(&self) -> PathBuf {
        self.site.folder.path().join("candidates.db")
    }

    /// A connection past the store, as somebody else's would be.
    pub(super) async fn outsider(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.file());
        SqliteConnection::connect_with(&options).await.expect("it opens")
    }

    pub(super) async fn propose(&self, actor: &Actor, id: &str, propose: Propose) -> Result<Changed, WriteError> {
        self.store.propose(ProposeJob { ask: ask(actor, id), propose }).await
    }

    pub(super) async fn command(
        &self,
        actor: &Actor,
        id: &str,
        candidate: &CandidateName,
        command: Command,
    ) -> Result<Changed, WriteError> {
        self.store.command(job(actor, id, candidate, command)).await
    }

    pub(super) async fn candidate(&self, name: &CandidateName) -> Candidate {
        let found = self.store.read().candidate(name).await.expect("readable").expect("it is there");
        Arc::unwrap_or_clone(found)
    }
}

/// What all processes over one database have in common.
fn shared() -> Shared {
    Shared { ledger_keys: FakeLedger::new().verifying_keys(), pseudonym: "itself".into() }
}

pub(super) fn job(actor: &Actor, id: &str, candidate: &CandidateName, command: Command) -> CommandJob {
    CommandJob { ask: ask(actor, id), candidate: candidate.clone(), command, in_batch: false }
}

/// What judges by the built-in catalogue and policy; its keys lie in the folder.
pub(super) fn judge(folder: &Path) -> Judge {
    Judge {
        catalogue: Catalogue::built_in(),
        first_policy: Ok(Policy::built_in()),
        approvers: Approvers::under(&AccessPolicy::shipped()),
        policies: HashMap::new(),
        owners: Owners::default(),
        pseudonyms: Pseudonyms::open(&folder.join("pseudonym.key"), &SeededIds::new(9)).expect("a key"),
        audit: AuditSample::open(&folder.join("audit.key"), &SeededIds::new(8)).expect("a key"),
    }
}

/// A request whose content is its id.
pub(super) fn ask(actor: &Actor, id: &str) -> Ask {
    let request = (id.parse().expect("an id"), RequestHash::of("test", &id.to_owned()));
    Ask { actor: Arc::new(actor.clone()), request: Some(request), traceparent: String::new() }
}
