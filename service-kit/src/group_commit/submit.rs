use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};

use super::{CommitBatch, Limits, Pending, Reply, limits::RETRY_AFTER, meters::Meters, run, state::State};
use crate::{metrics::Metrics, shutdown::Shutdown};

/// Hands jobs to one writer; clones share its queue.
pub struct Writer<J, A> {
    queue: mpsc::Sender<Pending<J, A>>,
    state: Arc<State>,
    meters: Meters,
}

/// Why a job was not committed, as far as its caller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full and the job was not taken.
    #[error("the queue of writes is full; try again in {} ms", retry_after.as_millis())]
    Full {
        /// When to come back.
        retry_after: Duration,
    },
    /// The writer stopped after a failure; whether this job was committed is unknown until a restart has verified the store.
    #[error("the writer stopped after a storage failure; restart the server, which verifies the store")]
    Failed,
    /// The process is ending and the job was not taken.
    #[error("the server is shutting down and takes no more writes; send again to the next one")]
    ShuttingDown,
}

/// The answer to one job, ready after its commit.
#[derive(Debug)]
pub struct Ticket<A> {
    answer: oneshot::Receiver<A>,
}

impl<J: Send + 'static, A: Send + 'static> Writer<J, A> {
    /// Starts the writer `name` and its loop, which lives until [`Shutdown::closing`].
    pub fn start<H>(name: &'static str, limits: Limits, handler: H, metrics: &Metrics, shutdown: &Shutdown) -> Self
    where
        H: CommitBatch<Job = J, Answer = A>,
    {
        let (queue, jobs) = mpsc::channel(limits.queue_max);
        let writer = Self { queue, state: Arc::default(), meters: Meters::new(metrics, name) };
        shutdown.spawn_until_closing(
            name,
            run::Loop {
                name,
                jobs,
                handler,
                batch_max: limits.batch_max,
                state: Arc::clone(&writer.state),
                meters: writer.meters.clone(),
            }
            .run(shutdown.closing()),
        );
        writer
    }

    /// Submits a job and waits for its answer, waiting for room in the queue first.
    ///
    /// # Errors
    /// [`SubmitError::Failed`] or [`SubmitError::ShuttingDown`], never [`SubmitError::Full`].
    pub async fn submit(&self, job: J) -> Result<A, SubmitError> {
        self.enqueue(job).await?.await
    }

    /// Submits a job and waits for its answer, unless the queue is full now.
    ///
    /// # Errors
    /// Any [`SubmitError`]; [`SubmitError::Full`] at once.
    pub async fn try_submit(&self, job: J) -> Result<A, SubmitError> {
        self.try_enqueue(job)?.await
    }

    /// Waits for room in the queue and enters the job; jobs of one caller keep their order.
    ///
    /// For streams: waiting here is what pushes back on the sender.
    ///
    /// # Errors
    /// [`SubmitError::Failed`] or [`SubmitError::ShuttingDown`], never [`SubmitError::Full`].
    pub async fn enqueue(&self, job: J) -> Result<Ticket<A>, SubmitError> {
        let room = self.queue.reserve().await.map_err(|_| self.state.refusal())?;
        let (pending, ticket) = self.pair(job);
        room.send(pending);
        Ok(ticket)
    }

    /// Enters the job if there is room now.
    ///
    /// # Errors
    /// Any [`SubmitError`]; [`SubmitError::Full`] at once.
    pub fn try_enqueue(&self, job: J) -> Result<Ticket<A>, SubmitError> {
        let room = self.queue.try_reserve().map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(()) => SubmitError::Full { retry_after: RETRY_AFTER },
            mpsc::error::TrySendError::Closed(()) => self.state.refusal(),
        })?;
        let (pending, ticket) = self.pair(job);
        room.send(pending);
        Ok(ticket)
    }

    /// Tells whether the writer stopped after a failure and refuses every write from then on.
    pub fn has_failed(&self) -> bool {
        self.state.has_failed()
    }

    fn pair(&self, job: J) -> (Pending<J, A>, Ticket<A>) {
        let (answer, receiver) = oneshot::channel();
        self.meters.queue_depth.inc();
        let pending = Pending { job, reply: Reply::new(answer) };
        (pending, Ticket { answer: receiver })
    }
}

impl State {
    fn refusal(&self) -> SubmitError {
        if self.is_closed() { SubmitError::ShuttingDown } else { SubmitError::Failed }
    }
}

impl<A> Future for Ticket<A> {
    type Output = Result<A, SubmitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // A job that was taken and never answered fell with its writer: its outcome is unknown, whatever came after.
        let answer = ready!(Pin::new(&mut self.answer).poll(context));
        Poll::Ready(answer.map_err(|_| SubmitError::Failed))
    }
}

impl<J, A> Clone for Writer<J, A> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), state: Arc::clone(&self.state), meters: self.meters.clone() }
    }
}

impl<J, A> fmt::Debug for Writer<J, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("state", &self.state).finish_non_exhaustive()
    }
}
