use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use countersign_api::name::Workspace;
use service_kit::health::Health;
use tokio::sync::{Notify, watch};

use super::{Halt, Head, Log, LogView};
use crate::origin::Origins;

/// Every log that was ever asked for or found, and those with entries that no checkpoint covers yet.
#[derive(Debug)]
pub struct Logs {
    origins: Origins,
    health: Health,
    known: RwLock<Known>,
    unsigned: Mutex<BTreeMap<Workspace, Head>>,
    committed: Notify,
    awaited: Notify,
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
