use std::path::Path;
use std::sync::Arc;

use service_kit::{
    clock::Clock,
    database::{self, SqliteDatabase},
    group_commit::{Limits, Ticket, Writer},
    health::Health,
    metrics::Metrics,
    shutdown::Shutdown,
};
use tracing::Instrument;

use super::{
    Changed, CommandJob, Error, EventReceipt, KeptTrigger, ProposeJob, Reader, Signals, TriggerJob, WriteError,
    batch::Judge,
    job::{Answer, Job},
    sqlite::{MIGRATIONS, SqliteWriter},
};

/// How many jobs wait for the writer, and how many share one commit. An item is at most 256 KiB, so the queue holds at
/// most 256 MiB.
const WRITER_LIMITS: Limits = Limits { queue_max: 1_024, batch_max: 512 };

/// All that candidate-svc keeps: reads beside one writer. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    reader: Reader,
    writer: Writer<Job, Answer>,
    signals: Arc<Signals>,
    database: SqliteDatabase,
}

/// What the store takes from the process it runs in.
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) metrics: &'a Metrics,
    pub(crate) health: Health,
    pub(crate) shutdown: &'a Shutdown,
}

/// Why the store can not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file can not be used.
    #[error("the database of candidates can not be opened")]
    Database(#[from] database::Error),
    /// The file can not be read.
    #[error("the database of candidates can not be read")]
    Read(#[from] Error),
}

/// The way to the answer to a job that waits for its commit.
#[derive(Debug)]
pub struct Entered(Ticket<Answer>);

impl Store {
    /// Opens the file, brings its schema up to date and starts the writer.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub(crate) async fn open(file: &Path, judge: Judge, surroundings: Surroundings<'_>) -> Result<Self, OpenError> {
        let Surroundings { clock, metrics, health, shutdown } = surroundings;
        let database = SqliteDatabase::open(file, &MIGRATIONS).await?;
        let reader = Reader::new(database.readers.clone());
        let signals = Arc::new(Signals::new(metrics));
        signals.begin(reader.workspaces().await?, &reader.states().await?, reader.outbox_events().await?);
        let writer = SqliteWriter::new(database.clone(), judge, clock, Arc::clone(&signals), health);
        let writer = Writer::start("candidates", WRITER_LIMITS, writer, metrics, shutdown);
        Ok(Self { reader, writer, signals, database })
    }

    /// Returns what reads what was committed.
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// Returns what wakes those who wait for commits.
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// Proposes, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn propose(&self, job: ProposeJob) -> Result<Changed, WriteError> {
        Ok(self.submit_now(Job::Propose(Box::new(job))).await?.into_candidate()?)
    }

    /// Enters a proposal, waiting for room in the queue; those of one caller keep their order.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn enter_proposal(&self, job: ProposeJob) -> Result<Entered, WriteError> {
        Ok(Entered(self.writer.enqueue(Job::Propose(Box::new(job))).await?))
    }

    /// Gives a command, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn command(&self, job: CommandJob) -> Result<Changed, WriteError> {
        Ok(self.submit_now(Job::Command(Box::new(job))).await?.into_candidate()?)
    }

    /// Enters a command, waiting for room in the queue: commands that are entered together share a commit.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn enter_command(&self, job: CommandJob) -> Result<Entered, WriteError> {
        Ok(Entered(self.writer.enqueue(Job::Command(Box::new(job))).await?))
    }

    /// Keeps a trigger, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn keep_trigger(&self, job: TriggerJob) -> Result<KeptTrigger, WriteError> {
        Ok(self.submit_now(Job::Trigger(Box::new(job))).await?.into_trigger()?)
    }

    /// Writes receipts, waiting for room in the queue.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn record_receipts(&self, receipts: Vec<EventReceipt>) -> Result<(), WriteError> {
        self.writer.submit(Job::Receipts(receipts)).await?;
        Ok(())
    }

    /// Closes the database; nothing is read or written afterwards.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }

    async fn submit_now(&self, job: Job) -> Result<Answer, WriteError> {
        Ok(self.writer.try_submit(job).instrument(tracing::debug_span!("queue")).await?)
    }
}

impl Entered {
    /// Waits for the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn answer(self) -> Result<Changed, WriteError> {
        Ok(self.0.await?.into_candidate()?)
    }
}
