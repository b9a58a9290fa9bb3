use std::{collections::HashMap, sync::Arc};

use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, SigningKey};
use service_kit::group_commit::SubmitError;

use super::read_back::{Unsignable, read_back};
use crate::{
    appender::Appender,
    log::{Halt, Head, Log, Logs, Published, RightEdge},
    metrics::LedgerMetrics,
    store::{
        self,
        fence::{Advance, AdvanceError, FenceStore},
        sqlite::{CheckpointRow, Commit, LedgerStore},
    },
};

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
    pub(crate) key: Arc<SigningKey>,
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

/// Why nothing can be signed any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Stop {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Fence(#[from] AdvanceError),
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

impl Signer {
    /// Signs every head that waits.
    pub(super) async fn round(&mut self) -> Result<(), Stop> {
        let started = std::time::Instant::now();
        let mut heads = Vec::new();
        for (workspace, head) in self.logs.take_unsigned() {
            let log = self.logs.of(&workspace);
            if log.halt().is_some() {
                continue;
            }
            let edge = &mut self.signed.entry(workspace).or_default().edge;
            match read_back(&self.ledger, &log.workspace, edge, head).await {
                Ok(()) => heads.push((log, head)),
                Err(Unsignable::Log(halt)) => log.set_halt(halt),
                Err(Unsignable::Store(error)) => return Err(error.into()),
            }
        }
        if heads.is_empty() {
            return Ok(());
        }
        self.fence.advance(&heads.iter().map(|(log, head)| self.advance_of(log, *head)).collect::<Vec<_>>()).await?;

        // Fenced: from here on no other root can be signed at these sizes, whatever happens to this process.
        let signing: Vec<Signing> = heads.into_iter().map(|(log, head)| self.sign(log, head)).collect();
        let rows = signing.iter().map(|signing| self.row_of(signing)).collect();
        self.store(rows).await?;
        for signing in &signing {
            self.note_stored(signing);
        }
        let origins: Vec<&str> = signing.iter().map(|signing| signing.log.origin.as_str()).collect();
        self.fence.mark_stored(&origins).await?;
        self.metrics.publish_seconds.observe(started.elapsed().as_secs_f64());
        Ok(())
    }

    fn advance_of(&self, log: &Log, head: Head) -> Advance {
        let signed = &self.signed[&log.workspace];
        Advance { origin: log.origin.clone(), from: signed.fenced, to: head, stored_root: signed.stored.root }
    }

    fn sign(&mut self, log: Arc<Log>, head: Head) -> Signing {
        self.signed.entry(log.workspace.clone()).or_default().fenced = Some(head);
        let published = sign_head(&self.key, &log.origin, head);
        Signing { log, head, published: Arc::new(published) }
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
    async fn store(&self, rows: Vec<CheckpointRow>) -> Result<(), Stop> {
        match self.appender.store_checkpoints(rows.clone()).await {
            Err(SubmitError::ShuttingDown) => {
                self.logs.ended().await;
                let mut writer = self.ledger.writer().await?;
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
        tracing::debug!(workspace = log.workspace.id(), size = head.size, root = %head.root, "a checkpoint was signed");
    }

    /// Halts every log: what the fence or the file says is in doubt.
    pub(super) fn stop(&self, stop: &Stop) {
        let halt = match stop {
            Stop::Fence(AdvanceError::Moved { .. }) => Halt::FenceMoved,
            Stop::Store(_) | Stop::Fence(AdvanceError::Store(_)) | Stop::Submit(_) => Halt::StorageFailed,
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

/// Signs a head.
pub(crate) fn sign_head(key: &SigningKey, origin: &str, head: Head) -> Published {
    let checkpoint =
        Checkpoint::new(origin, head.size, head.root).expect("invariant: an origin of ours fits a checkpoint");
    let signed_note = checkpoint.sign(key).text().to_owned();
    Published { checkpoint, signed_note }
}
