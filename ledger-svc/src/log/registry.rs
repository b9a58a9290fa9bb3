use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use countersign_api::name::Workspace;
use service_kit::health::Health;
use tokio::sync::{Notify, watch};

use super::{Halt, Head, Log, LogView};
use crate::origin::Origins;

/// The part of the process that has a fault while the database is away.
const DATABASE: &str = "ledger database";

/// Every log that was ever asked for or found, and those with entries that no checkpoint covers yet.
#[derive(Debug)]
pub struct Logs {
    origins: Origins,
    health: Health,
    known: RwLock<Known>,
    unsigned: Mutex<BTreeMap<Workspace, Head>>,
    committed: Notify,
    awaited: Notify,
    uncovered: Mutex<BTreeSet<Workspace>>,
    published: Notify,
    ended: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Known {
    by_workspace: BTreeMap<Workspace, Arc<Log>>,
    /// What a log that is first asked for later begins with.
    initial: LogView,
}

impl Logs {
    /// Starts without a log; `health` learns when none can be written to any more.
    pub fn new(origins: Origins, health: Health) -> Self {
        Self {
            origins,
            health,
            known: RwLock::default(),
            unsigned: Mutex::default(),
            committed: Notify::new(),
            awaited: Notify::new(),
            uncovered: Mutex::default(),
            published: Notify::new(),
            ended: watch::Sender::new(false),
        }
    }

    /// Returns the names of logs.
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Returns the log of a workspace; a log nobody has written to is empty.
    pub fn of(&self, workspace: &Workspace) -> Arc<Log> {
        if let Some(log) = self.known.read().unwrap_or_else(PoisonError::into_inner).by_workspace.get(workspace) {
            return Arc::clone(log);
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let Known { by_workspace, initial } = &mut *known;
        let log = by_workspace
            .entry(workspace.clone())
            .or_insert_with(|| Arc::new(Log::new(workspace.clone(), self.origins.of(workspace), initial.clone())));
        Arc::clone(log)
    }

    /// Returns the log of a workspace, if it was ever asked for or found.
    pub(crate) fn known(&self, workspace: &Workspace) -> Option<Arc<Log>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).by_workspace.get(workspace).map(Arc::clone)
    }

    /// Returns how far each log is known to reach.
    pub(crate) fn sizes(&self) -> HashMap<Workspace, u64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.by_workspace.iter().map(|(workspace, log)| (workspace.clone(), log.view().size)).collect()
    }

    /// Notes a commit: readers of the log are woken, and the publisher learns what to sign.
    pub(crate) fn note_committed(&self, log: &Log, head: Head) {
        log.set_size(head.size);
        self.unsigned.lock().unwrap_or_else(PoisonError::into_inner).insert(log.workspace.clone(), head);
        self.committed.notify_one();
    }

    /// Takes the heads that wait for a checkpoint, in the order of their workspaces.
    pub(crate) fn take_unsigned(&self) -> BTreeMap<Workspace, Head> {
        std::mem::take(&mut self.unsigned.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes that a head was not signed and waits again, unless a later one does.
    pub(crate) fn wait_again(&self, log: &Log, head: Head) {
        self.unsigned.lock().unwrap_or_else(PoisonError::into_inner).entry(log.workspace.clone()).or_insert(head);
    }

    /// Lets a head wait for a checkpoint that another process was to sign, or has signed: the publisher looks at it now.
    pub(crate) fn look_at(&self, log: &Log, head: Head) {
        self.wait_again(log, head);
        self.committed.notify_one();
    }

    /// Notes what is wrong with the database; it is asked again.
    pub(crate) fn note_trouble(&self, trouble: &str) {
        tracing::warn!(reason = trouble, "entries wait for their database; it is asked again");
        self.health.report_fault(DATABASE, format!("waits, and asks again: {trouble}"));
    }

    /// Notes that the database answers.
    pub(crate) fn note_database_answers(&self) {
        self.health.report_recovery(DATABASE);
    }

    /// Notes a checkpoint: whoever covers checkpoints learns of it. The log of logs does not cover itself.
    pub(crate) fn note_published(&self, log: &Log) {
        if !log.workspace.is_log_of_logs() {
            self.uncovered.lock().unwrap_or_else(PoisonError::into_inner).insert(log.workspace.clone());
            self.published.notify_one();
        }
    }

    /// Takes the workspaces whose checkpoints wait to be covered.
    pub(crate) fn take_uncovered(&self) -> BTreeSet<Workspace> {
        std::mem::take(&mut self.uncovered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets checkpoints wait again to be covered.
    pub(crate) fn uncover(&self, workspaces: BTreeSet<Workspace>) {
        self.uncovered.lock().unwrap_or_else(PoisonError::into_inner).extend(workspaces);
        self.published.notify_one();
    }

    /// Waits until a checkpoint waits to be covered.
    pub(crate) async fn published(&self) {
        self.published.notified().await;
    }

    /// Waits until a head waits for a checkpoint.
    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Notes that somebody waits for a checkpoint: the publisher does not rest before it signs.
    pub(crate) fn await_checkpoint(&self) {
        self.awaited.notify_one();
    }

    /// Waits until somebody waits for a checkpoint; who came since the last time counts, too.
    pub(crate) async fn awaited(&self) {
        self.awaited.notified().await;
    }

    /// Halts every log, those to come as well: the store itself is in doubt.
    pub(crate) fn halt_all(&self, halt: &Halt) {
        self.health.report_fault("ledger", halt.to_string());
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.initial.halt.get_or_insert_with(|| halt.clone());
        for log in known.by_workspace.values() {
            log.set_halt(halt.clone());
        }
    }

    /// Notes that the writer has ended; whoever waits for more learns that none will come.
    pub(crate) fn end(&self) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.initial.is_final = true;
        for log in known.by_workspace.values() {
            log.set_final();
        }
        self.ended.send_replace(true);
    }

    /// Waits until the writer has ended.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // The sender lives in `self`: the wait ends with the flag only.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}
