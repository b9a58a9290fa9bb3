//! A store on a folder of its own, without anything that works in the background.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_api::name::CandidateName;
use service_kit::{
    access::{AccessPolicy, Pseudonyms},
    clock::ManualClock,
    health::Health,
    ids::SeededIds,
    metrics::Metrics,
    shutdown::Shutdown,
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    audit_sample::AuditSample,
    catalogue::Catalogue,
    domain::{Actor, Candidate, Command, Propose},
    ownership::Owners,
    policy::{Approvers, Policy},
    store::{Ask, Changed, CommandJob, Judge, ProposeJob, RequestHash, Store, Surroundings, WriteError},
};

pub(super) struct Shelf {
    folder: tempfile::TempDir,
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
        let clock = ManualClock::new("2026-11-22T09:00:00Z".parse().expect("a time"));
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        let judge = Judge { first_policy: Ok(policy), ..judge(folder.path()) };
        let surroundings = Surroundings {
            clock: Arc::new(clock.clone()),
            metrics: &metrics,
            health: health.clone(),
            shutdown: &shutdown,
        };
        let store = Store::open(&folder.path().join("candidates.db"), judge, surroundings).await.expect("it opens");
        Self { folder, clock, health, store, _shutdown: shutdown }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.path().join("candidates.db")
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
