use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use countersign_api::name::Workspace;
use service_kit::{group_commit::SubmitError, health::Health};

use super::read_back::{Unsignable, hold_against_entries};
use crate::{
    appender::Appender,
    log::{Halt, Head, Log, Logs, Published, RightEdge},
    metrics::LedgerMetrics,
    signing::{CheckpointSigner, SignError},
    store::{
        self, CheckpointRow, Commit, LedgerStore,
        fence::{Advance, AdvanceError, FenceStore},
    },
};

/// The part of the process that has no signature when the signer fails.
const SIGNER: &str = "ledger signer";

/// What the publisher remembers of one log.
#[derive(Debug, Clone, Default)]
pub(crate) struct SignedLog {
    /// The edge as it was read back from the file.
    pub(crate) edge: RightEdge,
    /// What the fence remembers.
    pub(crate) fenced: Option<Head>,
    /// Size and root of the last checkpoint stored; of nothing when none is.
    pub(crate) stored: Head,
}

/// Signs one round of heads after the other.
#[derive(Debug)]
pub(crate) struct Signer {
    pub(crate) ledger: LedgerStore,
    pub(crate) fence: FenceStore,
    pub(crate) key: Arc<CheckpointSigner>,
    pub(crate) health: Health,
    pub(crate) logs: Arc<Logs>,
    pub(crate) appender: Appender,
    pub(crate) signed: HashMap<Workspace, SignedLog>,
    pub(crate) metrics: LedgerMetrics,
}

/// A head on its way to a stored checkpoint.
struct Signing {
    log: Arc<Log>,
    head: Head,
    published: Arc<Published>,
}

/// What is to be done about a head.
enum Next {
    /// It is signed.
    Sign,
    /// A checkpoint of somebody else's covers it; the fence has yet to remember that one.
    Fence(Head),
    /// Nothing is left to do.
    Nothing,
}

/// Why nothing can be signed any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Fence(#[from] AdvanceError),
    #[error(transparent)]
    Mark(store::Error),
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// What became of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// What waited is signed and stored.
    Done,
    /// The signer gave no signature, or the database no answer: some heads wait again.
    Unsigned,
}

impl Signer {
    /// Signs again what the keys of now have not signed: after a rotation, a log to which nothing is added is served under the new key, too.
    ///
    /// The head is the one that is stored and fenced, so no size gets a second root; the stored note stays as it is.
    pub(super) async fn renew(&self) -> Round {
        for (workspace, signed) in &self.signed {
            let log = self.logs.of(workspace);
            let Some(published) = log.view().published.filter(|_| log.halt().is_none()) else { continue };
            if self.key.has_signed(&log, &published) {
                continue;
            }
            match self.key.sign_head(&log, signed.stored).await {
                Ok(renewed) => log.renew(Arc::new(renewed)),
                Err(error) => return self.no_signature(&error),
            }
        }
        Round::Done
    }

    /// Signs every head that waits. Where the database that several processes share does not answer, they wait again.
    pub(super) async fn round(&mut self) -> Result<Round, Stop> {
        let waiting = self.logs.take_unsigned();
        let signed = self.sign_waiting(&waiting).await;
        if signed.is_err() {
            for (workspace, head) in waiting {
                self.logs.wait_again(&self.logs.of(&workspace), head);
            }
        }
        signed
    }

    async fn sign_waiting(&mut self, waiting: &BTreeMap<Workspace, Head>) -> Result<Round, Stop> {
        let started = std::time::Instant::now();
        let (mut heads, mut seen) = (Vec::new(), Vec::new());
        for (workspace, head) in waiting {
            let log = self.logs.of(workspace);
            if log.halt().is_some() {
                continue;
            }
            match self.prepare(&log, *head).await {
                Ok(Next::Sign) => heads.push((log, *head)),
                Ok(Next::Fence(stored)) => seen.push((log, stored)),
                Ok(Next::Nothing) => {}
                Err(Unsignable::Log(halt)) => log.set_halt(halt),
                Err(Unsignable::Store(error)) => return Err(error.into()),
            }
        }
        let seen = self.advance(seen).await?;
        let heads = self.advance(heads).await?;

        // Fenced: from here on no other root can be signed at these sizes, whatever happens to this process.
        let (signing, round) = if heads.is_empty() { (Vec::new(), Round::Done) } else { self.sign_all(heads).await };
        let rows: Vec<CheckpointRow> = signing.iter().map(|signing| self.row_of(signing)).collect();
        let superseded = if rows.is_empty() { Vec::new() } else { self.store(rows).await? };
        let (superseded, stored): (Vec<_>, Vec<_>) =
            signing.into_iter().partition(|signing| superseded.contains(&signing.log.workspace));
        for signing in &superseded {
            // The next round takes over what the other signed, and signs what is left; whoever waited for this one waits still.
            self.logs.look_at(&signing.log, signing.head);
            self.logs.await_checkpoint();
        }
        for signing in &stored {
            self.note_stored(signing);
        }
        let of_stored = stored.iter().map(|signing| signing.log.origin.as_str());
        let origins: Vec<&str> = of_stored.chain(seen.iter().map(|(log, _)| log.origin.as_str())).collect();
        if !origins.is_empty() {
            self.fence.mark_stored(&origins).await.map_err(Stop::Mark)?;
        }
        if !stored.is_empty() {
            self.metrics.publish_seconds.observe(started.elapsed().as_secs_f64());
        }
        Ok(round)
    }

    /// Reads a head back and says what is to be done about it.
    async fn prepare(&mut self, log: &Log, head: Head) -> Result<Next, Unsignable> {
        if self.ledger.shared().is_some() {
            self.take_over(log).await?;
        }
        let signed = self.signed.entry(log.workspace.clone()).or_default();
        if head.size <= signed.stored.size {
            // Somebody else has signed as much.
            let is_fenced = signed.fenced.is_some_and(|fenced| fenced.size >= signed.stored.size);
            return Ok(if is_fenced { Next::Nothing } else { Next::Fence(signed.stored) });
        }
        hold_against_entries(&self.ledger, &log.workspace, &mut signed.edge, head).await?;
        Ok(Next::Sign)
    }

    /// Moves the fences of these logs, all or none, and returns those that were moved.
    async fn advance(&mut self, mut heads: Vec<(Arc<Log>, Head)>) -> Result<Vec<(Arc<Log>, Head)>, Stop> {
        loop {
            if heads.is_empty() {
                return Ok(heads);
            }
            let advances: Vec<Advance> = heads.iter().map(|(log, head)| self.advance_of(log, *head)).collect();
            match self.fence.advance(&advances).await {
                Ok(()) => {}
                Err(AdvanceError::Moved { .. }) if self.ledger.shared().is_some() => {
                    // Another process signs the same logs, over the same fence: where it stands is looked at, and held against the log.
                    self.look_at_fences(&mut heads).await?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            for (log, head) in &heads {
                self.signed.entry(log.workspace.clone()).or_default().fenced = Some(*head);
            }
            return Ok(heads);
        }
    }

    fn advance_of(&self, log: &Log, head: Head) -> Advance {
        let signed = &self.signed[&log.workspace];
        Advance { origin: log.origin.clone(), from: signed.fenced, to: head, stored_root: signed.stored.root }
    }

    /// Signs heads until the signer fails; those left wait for the next round, fenced as they are.
    async fn sign_all(&self, heads: Vec<(Arc<Log>, Head)>) -> (Vec<Signing>, Round) {
        let mut signing = Vec::with_capacity(heads.len());
        let mut round = Round::Done;
        for (log, head) in heads {
            if round == Round::Unsigned {
                self.logs.wait_again(&log, head);
                continue;
            }
            match self.key.sign_head(&log, head).await {
                Ok(published) => signing.push(Signing { log, head, published: Arc::new(published) }),
                Err(error) => {
                    self.logs.wait_again(&log, head);
                    round = self.no_signature(&error);
                }
            }
        }
        if round == Round::Done {
            self.health.report_recovery(SIGNER);
        }
        (signing, round)
    }

    fn no_signature(&self, error: &SignError) -> Round {
        let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        tracing::error!(error = error as &dyn std::error::Error, "a checkpoint is not signed; entries go on");
        self.health.report_fault(SIGNER, reason);
        Round::Unsigned
    }

    fn row_of(&self, signing: &Signing) -> CheckpointRow {
        CheckpointRow {
            workspace: signing.log.workspace.clone(),
            size: signing.head.size,
            previous_size: self.signed[&signing.log.workspace].stored.size,
            signed_note: signing.published.signed_note.clone(),
        }
    }

    /// Stores checkpoints with the appender's next commit, or by itself once the appender has ended in order.
    ///
    /// A crash before that commit leaves the fence ahead of the stored checkpoints; the next start signs again.
    async fn store(&self, rows: Vec<CheckpointRow>) -> Result<Vec<Workspace>, Stop> {
        match self.appender.store_checkpoints(rows.clone()).await {
            Err(SubmitError::ShuttingDown) => {
                self.logs.ended().await;
                let mut writer = self.ledger.writer().await?;
                writer.begin(&rows.iter().map(|row| &row.workspace).collect::<Vec<_>>()).await?;
                Ok(writer.commit(Commit { checkpoints: rows, ..Commit::default() }).await?)
            }
            stored => Ok(stored?),
        }
    }

    fn note_stored(&mut self, signing: &Signing) {
        let Signing { log, head, published } = signing;
        self.signed.entry(log.workspace.clone()).or_default().stored = *head;
        self.metrics.note_signed_size(&log.workspace, head.size);
        log.set_published(Arc::clone(published));
        self.logs.note_published(log);
        tracing::debug!(workspace = log.workspace.id(), size = head.size, root = %head.root, "a checkpoint was signed");
    }

    /// Tells whether the next round can go on: the database that several processes share did not answer.
    pub(super) fn goes_on_after(&self, stop: &Stop) -> bool {
        match stop {
            Stop::Store(error) => self.ledger.shared().is_some() && error.passes(),
            Stop::Fence(_) | Stop::Mark(_) | Stop::Submit(_) => false,
        }
    }

    /// Halts every log: what the fence or the file says is in doubt.
    pub(super) fn stop(&self, stop: &Stop) {
        let halt = match stop {
            Stop::Fence(AdvanceError::Moved { .. }) => Halt::FenceMoved,
            Stop::Store(_) | Stop::Fence(AdvanceError::Store(_)) | Stop::Mark(_) | Stop::Submit(_) => {
                Halt::StorageFailed
            }
        };
        tracing::error!(error = stop as &dyn std::error::Error, "no checkpoint is signed any more");
        self.logs.halt_all(&halt);
    }
}

/// A broken invariant halts every log: those who wait for a checkpoint must not wait for ever.
impl Drop for Signer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.logs.halt_all(&Halt::StorageFailed);
        }
    }
}
