use std::{sync::Arc, time::Duration};

use countersign_api::name::{CandidateName, Workspace};
use service_kit::{
    group_commit::{Limits, SubmitError, Ticket, Writer},
    metrics::Metrics,
    shutdown::Shutdown,
};

use super::{
    Answer, Appended, Committer, Job, Recorded, Refusal,
    job::{Append, Custody},
    room::Room,
};
use crate::{config::QueueLimits, custody::Act, entry::NewEntry, log::Log, store::CheckpointRow};

/// How soon a caller who found no room in the queue should come back.
const RETRY_AFTER: Duration = Duration::from_millis(50);

/// Hands entries to the writer; clones share its queue.
#[derive(Debug, Clone)]
pub struct Appender {
    writer: Writer<Job, Answer>,
    room: Room,
}

/// Why entries were not appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// A rule of the log forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The writer did not take or did not finish the job.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// The receipts of entries that were handed in, ready after their commit.
#[derive(Debug)]
pub struct Receiving(Ticket<Answer>);

impl Appender {
    pub(crate) fn start(queue: QueueLimits, committer: Committer, metrics: &Metrics, shutdown: &Shutdown) -> Self {
        let limits = Limits { queue_max: queue.jobs_max, batch_max: queue.commit_jobs_max };
        Self { writer: Writer::start("ledger", limits, committer, metrics, shutdown), room: Room::new(queue.bytes_max) }
    }

    /// Appends entries, all or none and in this order, unless the queue is full now; returns after the commit.
    ///
    /// # Errors
    /// [`SubmitError::Full`] at once, any other [`AppendError`] when it is known.
    pub async fn try_append(&self, log: Arc<Log>, entries: Vec<NewEntry>) -> Result<Vec<Appended>, AppendError> {
        let full = SubmitError::Full { retry_after: RETRY_AFTER };
        let room = self.room.try_take(weight_bytes(&entries)).ok_or(full)?;
        let span = queue_span(&log, &entries);
        let ticket = self.writer.try_enqueue(Job::Append(Append { log, entries, room, span }))?;
        Receiving(ticket).receive().await
    }

    /// Hands in one entry once there is room; entries of one caller keep their order.
    ///
    /// # Errors
    /// [`SubmitError::Failed`] or [`SubmitError::ShuttingDown`].
    pub async fn enqueue(&self, log: Arc<Log>, entry: NewEntry) -> Result<Receiving, SubmitError> {
        let entries = vec![entry];
        let room = self.room.take(weight_bytes(&entries)).await;
        let span = queue_span(&log, &entries);
        self.writer.enqueue(Job::Append(Append { log, entries, room, span })).await.map(Receiving)
    }

    /// Erases contents, or places or lifts a hold; returns once it is recorded and done.
    ///
    /// # Errors
    /// Any [`AppendError`].
    pub async fn custody(&self, log: Arc<Log>, act: Act) -> Result<Recorded, AppendError> {
        match self.writer.try_enqueue(Job::Custody(Custody { log, act }))?.await? {
            Answer::Custody(recorded) => Ok(recorded?),
            Answer::Appended(_) | Answer::CheckpointsStored { .. } => {
                unreachable!("a job about contents is answered as one")
            }
        }
    }

    /// Stores checkpoints with the next commit; names the logs whose checkpoint was not stored, because somebody else's was.
    pub(crate) async fn store_checkpoints(&self, rows: Vec<CheckpointRow>) -> Result<Vec<Workspace>, SubmitError> {
        match self.writer.submit(Job::StoreCheckpoints(rows)).await? {
            Answer::CheckpointsStored { superseded } => Ok(superseded),
            Answer::Appended(_) | Answer::Custody(_) => unreachable!("a job of checkpoints is answered as one"),
        }
    }

    /// Tells whether the writer stopped after a failure.
    pub fn has_failed(&self) -> bool {
        self.writer.has_failed()
    }
}

impl Receiving {
    /// Waits for the commit and returns one answer an entry.
    ///
    /// # Errors
    /// Any [`AppendError`] but a full queue.
    pub async fn receive(self) -> Result<Vec<Appended>, AppendError> {
        match self.0.await? {
            Answer::Appended(appended) => Ok(appended?),
            Answer::CheckpointsStored { .. } | Answer::Custody(_) => {
                unreachable!("a job of entries is answered as one")
            }
        }
    }
}

fn weight_bytes(entries: &[NewEntry]) -> usize {
    entries.iter().map(NewEntry::weight_bytes).sum()
}

/// The time from here to the answer, as the caller's trace shows it.
fn queue_span(log: &Log, entries: &[NewEntry]) -> tracing::Span {
    let candidate = match entries {
        [entry] if entry.subject.parse::<CandidateName>().is_ok() => Some(entry.subject.as_str()),
        _ => None,
    };
    tracing::info_span!("queue", workspace = log.workspace.id(), entries = entries.len(), candidate)
}
